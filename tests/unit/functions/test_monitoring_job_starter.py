"""⑦ A schedule or a command starts one monitoring job per event."""

import json

import boto3
import pytest
from moto import mock_aws

from monitoring_job_starter import handler
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT

ACCOUNT = "arn:aws:sagemaker:eu-west-1:123456789012"
ARN = f"{ACCOUNT}:model-package/test-models/3"
BASELINE = "s3://data/training/x/baseline"
EVENT = {"time": "2024-10-11T06:20:00Z", "stage": "production"}
DEPLOYED = "2024-10-10T12:00:00Z"
NAME = "test-monitoring-production-20241011T062000Z"
PARAMETER = "/test/quality/threshold"
ENVIRONMENT = {
    "ANALYSES": json.dumps(["data-quality", "drift"]),
    "BUCKET": "data",
    "DATA": json.dumps({"feature-group": "test-minutes", "lag-minutes": "5"}),
    "EVENT_BUS_NAME": "test",
    "IMAGE": "registry/test-forecaster:latest",
    "INSTANCE_TYPE": "ml.t3.medium",
    "KMS_KEY_ARN": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "METRIC_NAMESPACE": "Evergreen/test",
    "PREFIX": "test",
    "ROLE_ARN": "arn:aws:iam::123456789012:role/test-monitoring",
    "THRESHOLD_PARAMETERS": json.dumps({"production": PARAMETER}),
    "VPC_CONFIG": "null",
    "WINDOW_HOURS": "24",
}


class Account:
    """A version with a baseline, and an endpoint that serves it."""

    def __init__(self):
        self.file = f"{BASELINE}/data_quality/constraints.json"
        self.endpoint, self.running = True, False

    def package(self, **_):
        return {
            "ModelPackageName": "test-models",
            "ModelPackageArn": ARN,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": 0,
            "ModelMetrics": {
                "ModelDataQuality": {
                    "Constraints": {"ContentType": "application/json", "S3Uri": self.file}
                }
            },
        }

    def describe(self, EndpointName):  # noqa: N803
        if not self.endpoint:
            raise CallError("ValidationException", "Could not find endpoint")
        return {
            "EndpointName": EndpointName,
            "EndpointArn": f"{ACCOUNT}:endpoint/{EndpointName}",
            "EndpointStatus": "InService",
            "ProductionVariants": [{"VariantName": "AllTraffic"}],
            "CreationTime": 0,
            "LastModifiedTime": 0,
        }

    def create(self, **_):
        if self.running:
            raise CallError("ResourceInUse")
        return {"ProcessingJobArn": f"{ACCOUNT}:processing-job/{NAME}"}

    def start(self, **event):
        calls = {
            "CreateProcessingJob": self.create,
            "DescribeEndpoint": self.describe,
            "DescribeModelPackage": self.package,
        }
        with stubbed(handler.sagemaker, calls) as seen:
            found = handler.lambda_handler(EVENT | event, CONTEXT)
        return found, [request for name, request in seen if name == "CreateProcessingJob"]


@pytest.fixture
def account(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        serve(ARN)
        yield Account()


def serve(package):
    value = json.dumps({"value": None, "set_by": package, "deployed_at": DEPLOYED})
    boto3.client("ssm").put_parameter(Name=PARAMETER, Value=value, Type="String", Overwrite=True)


def test_job_compares_the_window_with_the_baseline_of_the_version(account):
    found, [request] = account.start()
    assert found == {
        "status": "Started",
        "job": NAME,
        "package_arn": ARN,
        "analyses": ["data-quality", "drift"],
    }
    words = request["AppSpecification"]["ContainerArguments"]
    assert words[words.index("--package") + 1] == ARN
    assert words[words.index("--now") + 1] == "2024-10-11T06:20:00Z"
    assert words[words.index("--variant") + 1] == "AllTraffic"
    assert words[words.index("--deployed-at") + 1] == DEPLOYED
    assert words[words.index("--lag-minutes") + 1] == "5"
    assert words[-4:] == ["--analysis", "data-quality", "--analysis", "drift"]
    [baseline] = request["ProcessingInputs"]
    assert baseline["S3Input"]["S3Uri"] == f"{BASELINE}/"
    assert baseline["S3Input"]["LocalPath"] == "/opt/ml/processing/baseline"
    outputs = request["ProcessingOutputConfig"]["Outputs"]
    assert {output["OutputName"]: output["S3Output"]["S3Uri"] for output in outputs} == {
        f"report-{name}": f"s3://data/monitoring-jobs/test-production/{name}/2024/10/11/06"
        for name in ("data-quality", "drift")
    }


def test_command_chooses_the_analyses(account):
    found, [request] = account.start(analyses=["model-quality"])
    assert found["analyses"] == ["model-quality"]
    assert request["AppSpecification"]["ContainerArguments"][-2:] == [
        "--analysis",
        "model-quality",
    ]


def test_redelivered_event_finds_its_job(account):
    account.running = True
    assert account.start()[0]["status"] == "AlreadyStarted"


def test_stage_that_is_not_monitored_has_no_job(account):
    reason = "staging is not monitored: add it to monitoring.stages"
    assert account.start(stage="staging") == ({"reason": reason}, [])


def test_without_a_version_there_is_no_job(account):
    serve(None)
    assert account.start() == ({"reason": "no version was deployed"}, [])


def test_version_of_an_earlier_release_has_no_baseline(account):
    account.file = "s3://data/training/x/baseline/constraints.json"
    assert account.start() == ({"reason": f"{ARN} was registered without a baseline"}, [])


def test_without_an_endpoint_there_is_no_job(account):
    account.endpoint = False
    assert account.start() == ({"reason": "there is no endpoint"}, [])
