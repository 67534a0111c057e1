"""In-memory training pipeline, bus and alarm for the retrain trigger."""

import json
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO

from retrain_trigger import handler
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN

NOW = datetime(2024, 10, 10, 12, tzinfo=UTC)
STATE_REASON = (
    "Threshold Crossed: 2 out of the last 3 datapoints [0.3 (10/10/24 11:00:00)] were > (0.0)"
)
POLICY = {"cooldown_hours": "6", "daily_cap": "3"}
SETTINGS = {
    "ALARM_NAME": "test-production-loss",
    "BUCKET": "test-bucket",
    "EVENT_BUS_NAME": "test",
    "FEATURE_GROUP_NAME": "test-minutes",
    "LAG_MINUTES": "5",
    "MODEL_PACKAGE_GROUP_NAME": "test-models",
    "PARAMETER_PATH": "/test",
    "PREDICTION_LENGTH": "30",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment",
    "THRESHOLD_PARAMETER": "/test/quality/threshold",
    "TRAINING_WORKFLOW_ARN": f"{ARN}:pipeline/test-training",
}

# Calls that read what no request changes: nothing depends on their order.
READS = {
    *("BatchGetRecord", "DescribeAlarms", "DescribeModelPackage", "GetObject", "GetParameter"),
    *("ListExecutions", "ListModelPackages", "ListObjectsV2"),
}
PACKAGE = {
    "ModelPackageArn": f"{ARN}:model-package/test-models/1",
    "ModelPackageStatus": "Completed",
}


def event(source="aws.cloudwatch", number="e-1", time="2024-10-10T12:00:00Z", **detail):
    details = {
        "aws.cloudwatch": {"alarmName": "test-production-loss", "state": {"reason": STATE_REASON}},
        "aws.events": {},
        "aws.s3": {"bucket": {"name": "test-bucket"}, "object": {"key": "training-data/a.csv"}},
        "evergreen.cli": {"reason": "first model"},
        "evergreen.delivery": {"revision": "1a2b3c"},
        "evergreen.loop": {"stage": "production", "features": ["avg_fee_1min", "prediction"]},
    }
    return {"id": number, "source": source, "time": time, "detail": {**details[source], **detail}}


ALARM, SCHEDULE, MANUAL = event(), event("aws.events"), event("evergreen.cli")
UPLOAD, CODE = event("aws.s3"), event("evergreen.delivery")
DRIFT = event("evergreen.loop")
# As rendered by the input transformer of the rule.
CHECK = {"source": "evergreen.check", "id": "e-9", "time": "2024-10-10T12:00:00Z"}


def failed(execution):
    """Return the event of an execution that has failed."""
    arn = execution["PipelineExecutionArn"]
    return {
        "id": f"failed {arn}",
        "source": "aws.sagemaker",
        "time": "2024-10-10T12:00:00Z",
        "detail": {"pipelineExecutionArn": arn, "currentPipelineExecutionStatus": "Failed"},
    }


class Loop:
    """SageMaker, the bus and the alarm in memory; a page of the list has two executions.

    A used request token with other parameters is a ConflictException, or, if `lenient`, returns
    the execution that it started.
    """

    workflow = f"{ARN}:pipeline/test-training"

    def __init__(self, lenient=False):
        self.executions, self.started, self.decisions, self.failed = [], [], [], 0
        self.in_alarm, self.lenient, self.tokens = False, lenient, {}
        self.hyperparameters = {"num_cells": "40"}
        # One version, which is no reference; no monitoring results; a row in every minute.
        self.versions, self.candidate = [NOW - timedelta(days=3)], "deepar"
        self.results, self.evaluation, self.missing_rows = {}, {}, set()
        self.records, self.uploads = {}, {}  # of trainings, by key; time of files, by key
        self.parameters = {"EndTime": "2024-10-10T11:00:00Z", "Reason": "a test"}  # of all
        self.fee = "12.5"  # of every row
        self.approval, self.deployments = "Approved", []  # of the versions; running ones by name
        about = {"StepStatus": "Failed", "FailureReason": "ClientError: no capacity"}
        self.failed_steps, self.exit_message = [{"StepName": "TrainDeepar", **about}], ""

    def add_execution(self, hours_ago, status="Succeeded", name="another"):
        execution = {
            "PipelineExecutionArn": f"{ARN}:pipeline/test-training/execution/{name}",
            "StartTime": NOW - timedelta(hours=hours_ago),
            "PipelineExecutionStatus": status,
            "PipelineExecutionDisplayName": name,
        }
        self.executions.append(execution)
        self.executions.sort(key=lambda item: item["StartTime"], reverse=True)
        return execution

    def list_executions(self, PipelineName, NextToken="0", **_):  # noqa: N803
        start = int(NextToken)
        more = {"NextToken": str(start + 2)} if self.executions[start + 2 :] else {}
        return {"PipelineExecutionSummaries": self.executions[start : start + 2], **more}

    def start(self, ClientRequestToken, **request):  # noqa: N803
        if ClientRequestToken in self.tokens:
            arn, first = self.tokens[ClientRequestToken]
            if first != request and not self.lenient:
                raise CallError("ConflictException")
            return {"PipelineExecutionArn": arn}
        self.started.append({**request, "ClientRequestToken": ClientRequestToken})
        execution = self.add_execution(-1e-6, "Executing", request["PipelineExecutionDisplayName"])
        self.tokens[ClientRequestToken] = execution["PipelineExecutionArn"], request
        return {"PipelineExecutionArn": execution["PipelineExecutionArn"]}

    def describe_execution(self, PipelineExecutionArn):  # noqa: N803
        [found] = [
            item
            for item in self.executions
            if item["PipelineExecutionArn"] == PipelineExecutionArn
        ]
        shown = {name: value for name, value in found.items() if name != "StartTime"}
        return {**shown, "CreationTime": found["StartTime"]}

    def list_steps(self, PipelineExecutionArn, **_):  # noqa: N803
        return {"PipelineExecutionSteps": self.failed_steps}

    def describe_processing_job(self, ProcessingJobName):  # noqa: N803
        size = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
        return {
            "ProcessingJobName": ProcessingJobName,
            "ProcessingJobArn": f"{ARN}:processing-job/{ProcessingJobName}",
            "ProcessingJobStatus": "Failed",
            "ProcessingResources": {"ClusterConfig": size},
            "AppSpecification": {"ImageUri": "forecaster"},
            "CreationTime": NOW,
            "ExitMessage": self.exit_message,
        }

    def describe_pipeline(self, PipelineName):  # noqa: N803
        return {"PipelineName": PipelineName, "CreationTime": NOW - timedelta(days=9)}

    def put_events(self, Entries):  # noqa: N803
        if self.failed:
            entries = [{"ErrorCode": "InternalFailure", "ErrorMessage": "as configured"}]
            return {"FailedEntryCount": 1, "Entries": entries}
        self.decisions += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def alarms(self, AlarmNames, StateValue):  # noqa: N803
        alarm = {"AlarmName": AlarmNames[0], "StateValue": StateValue, "StateReason": STATE_REASON}
        return {"MetricAlarms": [alarm] if self.in_alarm else []}

    def list_packages(self, **_):
        packages = [
            {**PACKAGE, "CreationTime": time, "ModelPackageVersion": number}
            | {"ModelApprovalStatus": self.approval if time == max(self.versions) else "Approved"}
            for number, time in enumerate(self.versions, 1)
        ]
        return {"ModelPackageSummaryList": packages}

    def list_deployments(self, stateMachineArn, **_):  # noqa: N803
        arns = {"executionArn": stateMachineArn, "stateMachineArn": stateMachineArn}
        about = {**arns, "status": "RUNNING", "startDate": NOW}
        return {"executions": [{**about, "name": name} for name in self.deployments]}

    def describe_package(self, ModelPackageName):  # noqa: N803
        statistics = {"S3Uri": "s3://test-bucket/training/1/evaluation/evaluation.json"}
        return {
            **PACKAGE,
            "CreationTime": NOW,
            "ModelPackageName": ModelPackageName,
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CustomerMetadataProperties": {"candidate": self.candidate},
            "ModelMetrics": {
                "ModelQuality": {"Statistics": {"ContentType": "application/json", **statistics}}
            },
        }

    def list_objects(self, Prefix, StartAfter="", **_):  # noqa: N803
        if Prefix == "training-data/":
            return {"Contents": [{"Key": k, "LastModified": t} for k, t in self.uploads.items()]}
        stored = self.records if Prefix.startswith("experiments/") else self.results
        keys = [key for key in sorted(stored) if key.startswith(Prefix) and key > StartAfter]
        return {"Contents": [{"Key": key} for key in keys]} if keys else {}

    def get_object(self, Key, **_):  # noqa: N803
        found = {**self.results, **self.records}.get(Key, self.evaluation)
        return {"Body": BytesIO(json.dumps(found).encode())}

    def put_object(self, Key, Body, **_):  # noqa: N803
        self.records[Key] = json.load(Body)
        return {}

    def list_parameters(self, PipelineExecutionArn, **_):  # noqa: N803
        values = [{"Name": name, "Value": value} for name, value in self.parameters.items()]
        return {"PipelineParameters": values}

    def batch_get(self, Identifiers):  # noqa: N803
        minutes = Identifiers[0]["RecordIdentifiersValueAsString"]
        rows = [minute for minute in minutes if minute not in self.missing_rows]
        records = [
            {
                "FeatureGroupName": "test-minutes",
                "RecordIdentifierValueAsString": minute,
                "Record": [
                    {"FeatureName": "tx_minute", "ValueAsString": minute},
                    {"FeatureName": "avg_fee_1min", "ValueAsString": self.fee},
                ],
            }
            for minute in rows
        ]
        return {"Records": records, "Errors": [], "UnprocessedIdentifiers": []}

    def read_threshold(self, Name, **_):  # noqa: N803
        value = json.dumps({"value": 1.0, "set_by": f"{ARN}:model-package/test-models/1"})
        return {"Parameter": {"Name": Name, "Value": value}}

    def read_parameters(self, Path, **_):  # noqa: N803
        values = POLICY if Path.endswith("policy") else self.hyperparameters
        about = {"LastModifiedDate": NOW}
        return {
            "Parameters": [{"Name": f"{Path}/{k}", "Value": v, **about} for k, v in values.items()]
        }

    def workflow_operations(self):
        """Return the operations of SageMaker and Step Functions about trainings."""
        return {
            "DescribePipeline": self.describe_pipeline,
            "DescribePipelineExecution": self.describe_execution,
            "ListPipelineExecutionSteps": self.list_steps,
            "ListPipelineParametersForExecution": self.list_parameters,
            "DescribeProcessingJob": self.describe_processing_job,
            "ListPipelineExecutions": self.list_executions,
            "StartPipelineExecution": self.start,
        }, {}

    def is_read(self, name, _request):
        return name in READS

    @contextmanager
    def stubbed(self, intercept=lambda call: call(), ssm=False):
        """Stub the handler's AWS calls; `intercept` receives them as functions, except READS."""
        sagemaker, states = self.workflow_operations()
        operations = {
            handler.sagemaker: {
                **sagemaker,
                "ListModelPackages": self.list_packages,
                "DescribeModelPackage": self.describe_package,
            },
            handler.s3: {
                "ListObjectsV2": self.list_objects,
                "GetObject": self.get_object,
                "PutObject": self.put_object,
            },
            handler.states: {"ListExecutions": self.list_deployments, **states},
            handler.store: {"BatchGetRecord": self.batch_get},
            handler.events: {"PutEvents": self.put_events},
            handler.cloudwatch: {"DescribeAlarms": self.alarms},
        }
        if ssm:
            operations[handler.ssm] = {
                "GetParametersByPath": self.read_parameters,
                "GetParameter": self.read_threshold,
            }

        def intercepted(name, call):
            def intercepted_call(**request):
                if self.is_read(name, request):
                    return call(**request)
                return intercept(lambda: call(**request))

            return intercepted_call

        with ExitStack() as stack:
            for client, calls in operations.items():
                stack.enter_context(
                    stubbed(
                        client, {name: intercepted(name, call) for name, call in calls.items()}
                    )
                )
            yield

    def deliver(self, event):
        with self.stubbed():
            return handler.lambda_handler(event, CONTEXT)

    def detail_types(self):
        return [item["DetailType"] for item in self.decisions]
