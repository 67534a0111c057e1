"""The loop of the retrain trigger with trainings on Step Functions, in memory."""

import json
from datetime import timedelta

from tests.support.aws_calls import CallError
from tests.support.training_loop import NOW, Loop

STATES = "arn:aws:states:eu-west-1:123456789012"
NAMES = {"Executing": "RUNNING", "Succeeded": "SUCCEEDED", "Failed": "FAILED"}


class StateMachineLoop(Loop):
    """The executions of a state machine; their names are used once (`lenient` has no effect)."""

    workflow = f"{STATES}:stateMachine:test-training"

    def __init__(self, lenient=False):
        super().__init__(lenient)
        self.inputs, self.events = {}, []  # by ARN of the execution; history of all

    def add_execution(self, hours_ago, status="Succeeded", name="another"):
        """Add an execution that was started by the request `name`."""
        arn = f"{STATES}:execution:test-training:{name}"
        self.inputs[arn] = {"Request": name, **self.parameters}
        return self._add(arn, hours_ago, status)

    def _add(self, arn, hours_ago, status):
        execution = {
            "executionArn": arn,
            "stateMachineArn": self.workflow,
            "name": arn.rpartition(":")[2],
            "startDate": NOW - timedelta(hours=hours_ago),
            "status": NAMES.get(status, status),
        }
        self.executions.append(execution)
        self.executions.sort(key=lambda item: item["startDate"], reverse=True)
        return execution

    def is_read(self, name, request):
        return super().is_read(name, request) and request.get("stateMachineArn") != self.workflow

    def list_trainings(self, stateMachineArn, nextToken="0", **request):  # noqa: N803
        if stateMachineArn != self.workflow:
            return self.list_deployments(stateMachineArn, **request)
        start = int(nextToken)
        more = {"nextToken": str(start + 2)} if self.executions[start + 2 :] else {}
        return {"executions": self.executions[start : start + 2], **more}

    def start_machine(self, stateMachineArn, name, input):  # noqa: A002, N803
        assert stateMachineArn == self.workflow
        arn = f"{STATES}:execution:test-training:{name}"
        value = json.loads(input)
        if arn in self.inputs:
            [found] = [item for item in self.executions if item["executionArn"] == arn]
            if value != self.inputs[arn] or found["status"] != "RUNNING":
                raise CallError("ExecutionAlreadyExists")
            return {"executionArn": arn, "startDate": NOW}
        self.started.append(value)
        self.inputs[arn] = value
        self.tokens[name] = arn, value
        self._add(arn, -1e-6, "Executing")
        return {"executionArn": arn, "startDate": NOW}

    def describe_training(self, executionArn):  # noqa: N803
        [found] = [item for item in self.executions if item["executionArn"] == executionArn]
        return {**found, "input": json.dumps(self.inputs[executionArn])}

    def workflow_operations(self):
        return {}, {
            "DescribeExecution": self.describe_training,
            "DescribeStateMachine": lambda **_: {
                "stateMachineArn": self.workflow,
                "name": "test-training",
                "definition": "{}",
                "roleArn": "arn:aws:iam::123456789012:role/test",
                "type": "STANDARD",
                "creationDate": NOW - timedelta(days=9),
            },
            "GetExecutionHistory": lambda **_: {"events": self.events},
            "ListExecutions": self.list_trainings,
            "StartExecution": self.start_machine,
        }
