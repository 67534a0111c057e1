"""The pipeline and the bus as the retrain trigger sees them, and who asks it."""

from datetime import UTC, datetime, timedelta

from retrain_trigger import handler
from tests.unit.functions.account import ARN
from tests.unit.functions.calls import answered

NOW = datetime(2024, 10, 10, 12, tzinfo=UTC)
WHY = "Threshold Crossed: 2 out of the last 3 datapoints [0.3 (10/10/24 11:00:00)] were > (0.0)"


def event(source="aws.cloudwatch", number="e-1", time="2024-10-10T12:00:00Z", **detail):
    details = {
        "aws.cloudwatch": {"alarmName": "test-production-loss", "state": {"reason": WHY}},
        "aws.events": {},
        "evergreen.cli": {"reason": "first model"},
    }
    return {"id": number, "source": source, "time": time, "detail": {**details[source], **detail}}


ALARM, SCHEDULE, MANUAL = event(), event("aws.events"), event("evergreen.cli")
CHECK = SCHEDULE | {"id": "e-9", "resources": [f"{ARN}:rule/test-retrain-trigger-check"]}


class Loop:
    """Pipeline and bus; a page of the list holds two executions."""

    def __init__(self):
        self.executions, self.started, self.decisions, self.failed = [], [], [], 0
        self.rings = False

    def ran(self, hours_ago, status="Succeeded", name="another"):
        self.executions.append(
            {
                "PipelineExecutionArn": f"{ARN}:pipeline/test-training/execution/{name}",
                "StartTime": NOW - timedelta(hours=hours_ago),
                "PipelineExecutionStatus": status,
                "PipelineExecutionDisplayName": name,
            }
        )

    def listed(self, PipelineName, NextToken="0", **_):  # noqa: N803
        start = int(NextToken)
        more = {"NextToken": str(start + 2)} if self.executions[start + 2 :] else {}
        return {"PipelineExecutionSummaries": self.executions[start : start + 2], **more}

    def start(self, **request):
        self.started.append(request)
        self.ran(0, "Executing", request["PipelineExecutionDisplayName"])
        return {"PipelineExecutionArn": self.executions[-1]["PipelineExecutionArn"]}

    def put_events(self, Entries):  # noqa: N803
        if self.failed:
            entries = [{"ErrorCode": "InternalFailure", "ErrorMessage": "as told"}]
            return {"FailedEntryCount": 1, "Entries": entries}
        self.decisions += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def alarms(self, AlarmNames, StateValue):  # noqa: N803
        alarm = {"AlarmName": AlarmNames[0], "StateValue": StateValue, "StateReason": WHY}
        return {"MetricAlarms": [alarm] if self.rings else []}

    def deliver(self, event):
        operations = {"ListPipelineExecutions": self.listed, "StartPipelineExecution": self.start}
        with (
            answered(handler.sagemaker, operations),
            answered(handler.events, {"PutEvents": self.put_events}),
            answered(handler.cloudwatch, {"DescribeAlarms": self.alarms}),
        ):
            return handler.lambda_handler(event, None)

    def decided(self):
        return [one["DetailType"] for one in self.decisions]
