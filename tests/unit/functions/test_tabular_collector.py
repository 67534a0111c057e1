"""Readings of a tabular model: predictions matched with the ground truth of clients."""

import json

import boto3
import pytest

from common import times
from tabular_collector import handler
from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, objects, printed
from tests.support.production_endpoint import ALARM_ENVIRONMENT, ARN, NAME

ENVIRONMENT = {
    **ALARM_ENVIRONMENT,
    "BUCKET": BUCKET,
    "METRICS": json.dumps(["coverage", "mean_wql", "rmse"]),
    "PREFIX": "test",
    "ROWS_PER_WINDOW": "2",
    "THRESHOLD_PARAMETERS": json.dumps({"production": NAME}),
}
THRESHOLD = {
    "value": 0.9,
    "typical": 0.5,
    "set_by": ARN,
    "deployed_at": "2024-10-10T02:00:00Z",
    "end_time": "2024-10-10T01:00:00Z",
    "reference_wql": 0.3,
}
FOLDER = "test-production/AllTraffic"
EVENT = {"time": "2024-10-10T06:00:00Z", "stage": "production"}
KEY = "monitoring/production/2024/10/10/06/production-2024-10-10T06:00:00Z.json"
THEN = times.parse("2024-10-10T00:00:00Z")


class Production:
    """An endpoint whose clients sent rows and deliver what happened."""

    def __init__(self, s3):
        self.s3, self.ssm = s3, boto3.client("ssm")
        self.put(
            "training/1/evaluation/evaluation.json",
            {"history": {"mean": 10.0, "median": 9.0, "naive_error": 2.5}},
        )
        text = json.dumps(THRESHOLD)
        self.ssm.put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True)

    def put(self, key, *documents):
        body = "".join(f"{json.dumps(document)}\n" for document in documents)
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())

    def request(self, name, sent, answer, at="2024-10-10T05:10:00Z"):
        hour = times.parse(at).strftime("%Y/%m/%d/%H")
        data = {
            "endpointInput": {"data": sent, "encoding": "CSV"},
            "endpointOutput": {"data": answer, "encoding": "CSV"},
        }
        if sent.startswith("{"):
            data = {key: {**value, "encoding": "JSON"} for key, value in data.items()}
        metadata = {"eventId": f"e-{name}", "inferenceId": name, "inferenceTime": at}
        record = {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}
        self.put(f"data-capture/production/{FOLDER}/{hour}/{name}.jsonl", record)

    def truth(self, name, values, hour="2024/10/10/05"):
        record = {
            "groundTruthData": {"data": values, "encoding": "CSV"},
            "eventMetadata": {"eventId": name},
            "eventVersion": "0",
        }
        self.put(f"ground-truth/{FOLDER}/{hour}/{name}.jsonl", record)

    def measure(self, **event):
        with (
            stubbed(handler.sagemaker, {
                "DescribeEndpoint": self.endpoint,
                "DescribeModelPackage": self.package,
            }),
            pytest.MonkeyPatch.context() as patch,
        ):  # fmt: skip
            patch.setattr(handler, "s3", self.s3)
            patch.setattr(handler.parameters, "client", self.ssm)
            return handler.lambda_handler({**EVENT, **event}, CONTEXT)

    def result(self):
        return json.loads(objects(self.s3)[KEY])

    @staticmethod
    def endpoint(EndpointName):  # noqa: N803
        return {
            "EndpointName": EndpointName,
            "EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{EndpointName}",
            "EndpointConfigName": f"{EndpointName}-v3",
            "EndpointStatus": "InService",
            "ProductionVariants": [{"VariantName": "AllTraffic"}],
            "CreationTime": THEN,
            "LastModifiedTime": THEN,
        }

    @staticmethod
    def package(ModelPackageName):  # noqa: N803
        uri = f"s3://{BUCKET}/training/1/evaluation/evaluation.json"
        statistics = {"ContentType": "application/json", "S3Uri": uri}
        return {
            "ModelPackageName": "test-models",
            "ModelPackageArn": ModelPackageName,
            "CreationTime": THEN,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelMetrics": {"ModelQuality": {"Statistics": statistics}},
        }


@pytest.fixture
def production(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        yield Production(s3)


def test_windows_have_rows_predictions_and_labels(production, capsys):
    production.request("a", "M,0.4\nF,0.5", "9\n11\n")
    production.request("b", json.dumps({"instances": [{"sex": "I"}]}), "8", "2024-10-10T03:10:00Z")
    production.truth("a", "10,10")
    production.truth("b", "7")
    production.measure()
    result = production.result()
    [window] = result["windows"]  # the rest of a window belongs to the last one
    assert window["rows"] == [{"sex": "I"}, ["M", "0.4"], ["F", "0.5"]]
    assert window["truth"] == [7.0, 10.0, 10.0]
    assert window["mean"] == [8.0, 9.0, 11.0]
    assert window["wql"] == pytest.approx(3 / 27)  # Σ|error| / Σ|truth|
    assert window["reference_wql"] == pytest.approx(3 / 27)
    assert window["naive_wql"] == pytest.approx(4 / 27)
    assert window["score"] == pytest.approx(0)
    assert result["metrics"]["rmse"] == 1.0
    assert result["package_arn"] == ARN
    [metrics], _ = printed(capsys)
    assert metrics["MeanQuantileLoss"] == pytest.approx(3 / 27)


@pytest.mark.parametrize("hour", ["2024/10/10/04", "2024/10/10/06"])
def test_only_the_ground_truth_of_the_hour_counts(production, hour):
    production.request("a", "M\nF", "9\n11\n")
    production.truth("a", "10,10", hour)
    production.measure()
    assert production.result()["windows"] == []


def test_requests_of_an_earlier_version_and_unreadable_records_are_left_out(production):
    production.request("old", "M\nF", "9\n11\n", "2024-10-10T01:59:00Z")
    production.request("bad", "M\nF", "9\n")
    production.request("good", "M\nF", "9\n11\n")
    for name in ("old", "bad", "good"):
        production.truth(name, "10,10")
    folder = f"ground-truth/{FOLDER}/2024/10/10/05"
    production.s3.put_object(Bucket=BUCKET, Key=f"{folder}/x.jsonl", Body=b"no json\n")
    production.measure()
    [window] = production.result()["windows"]
    assert window["inference_id"] == "good"


def test_few_rows_are_not_scored(production):
    production.request("a", "M", "9")
    production.truth("a", "10")
    production.measure()
    result = production.result()
    assert result["windows"][0]["reason"] == "1 rows with ground truth, expected at least 2"
    assert result["relative_loss"] is None
    assert not result["breach"]


def test_redelivered_event_measures_once(production):
    production.request("a", "M\nF", "9\n11\n")
    production.truth("a", "10,10")
    first = production.measure()
    production.truth("a", "99,99")
    assert production.measure() == first


def test_deployment_is_stored_beside_the_readings(production):
    production.measure(trigger="deployment")
    assert not [key for key in objects(production.s3) if key.startswith("monitoring/")]
