"""Ground truth and captures as a model-quality job joins them, and rows for SQL."""

import json

import pytest
from botocore.exceptions import ClientError

from common.monitoring_results import ResultError
from ground_truth_writer import handler
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, created, objects

NAME = "test-production/AllTraffic/2024/10/10/06/production-2024-10-10T06:00:00Z-schedule.jsonl"
ID = "production-2024-10-10T06:00:00Z-0"
WINDOW = {
    "inference_id": ID,
    "first_minute": "2024-10-10T05:25:00Z",
    "truth": [100.5, None, 99.0],
    "quantiles": {"0.1": [90.0, 91.0, 92.0], "0.5": [100.0, 101.0, 102.0], "0.9": [1e3] * 3},
    "mean": [100.1, 101.1, 102.1],
}
RESULT = {
    "version": "3",
    "stage": "production",
    "time": "2024-10-10T06:00:00Z",
    "trigger": "schedule",
    "endpoint": "test-production",
    "variant": "AllTraffic",
    "package_arn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3",
    "windows": [WINDOW],
}
UNASKED = {
    "inference_id": "production-2024-10-10T06:00:00Z-1",
    "first_minute": "2024-10-10T05:22:00Z",
    "truth": [98.0, 97.0, None],
}


@pytest.fixture
def s3(monkeypatch):
    monkeypatch.setenv("BUCKET", BUCKET)
    with bucket() as client:
        client.put_object(Bucket=BUCKET, Key="monitoring/r.json", Body=json.dumps(RESULT))
        yield client


def written(s3, folder):
    return [json.loads(line) for line in objects(s3)[f"{folder}/{NAME}"].splitlines()]


def test_ground_truth_has_the_id_of_the_endpoints_data_capture(s3):
    assert handler.lambda_handler(created("monitoring/r.json"), CONTEXT) == {"records": 1}
    assert written(s3, "ground-truth") == [
        {
            "groundTruthData": {"data": "100.5,,99.0", "encoding": "CSV"},
            "eventMetadata": {"eventId": ID},
            "eventVersion": "0",
        }
    ]


def test_forecasts_have_the_layout_of_data_capture(s3):
    handler.lambda_handler(created("monitoring/r.json"), CONTEXT)
    csv = {"observedContentType": "text/csv", "encoding": "CSV"}
    assert written(s3, "forecast-capture") == [
        {
            "captureData": {
                "endpointInput": csv | {"mode": "INPUT", "data": "2024-10-10T05:25:00Z"},
                "endpointOutput": csv | {"mode": "OUTPUT", "data": "100.1,101.1,102.1"},
            },
            "eventMetadata": {
                "eventId": ID,
                "inferenceId": ID,
                "inferenceTime": "2024-10-10T06:00:00Z",
            },
            "eventVersion": "0",
        }
    ]


def test_predictions_have_a_line_per_minute(s3):
    handler.lambda_handler(created("monitoring/r.json"), CONTEXT)
    lines = written(s3, "predictions")
    assert [line["minute"][11:16] for line in lines] == ["05:25", "05:26", "05:27"]
    assert lines[1] == {
        "stage": "production",
        "endpoint": "test-production",
        "variant": "AllTraffic",
        "inference_id": ID,
        "package_arn": RESULT["package_arn"],
        "measured_at": "2024-10-10T06:00:00Z",
        "minute": "2024-10-10T05:26:00Z",
        "truth": None,
        "mean": 101.1,
        "q10": 91.0,
        "q50": 101.0,
        "q90": 1000.0,
    }


def test_window_without_a_forecast_has_no_record(s3):
    document = RESULT | {"windows": [WINDOW, UNASKED]}
    s3.put_object(Bucket=BUCKET, Key="monitoring/r.json", Body=json.dumps(document))
    assert handler.lambda_handler(created("monitoring/r.json"), CONTEXT) == {"records": 1}
    assert len(written(s3, "ground-truth")) == 1
    assert len(written(s3, "predictions")) == 3


def test_redelivered_event_writes_the_same_objects(s3):
    handler.lambda_handler(created("monitoring/r.json"), CONTEXT)
    before = objects(s3)
    handler.lambda_handler(created("monitoring/r.json"), CONTEXT)
    assert objects(s3) == before


def test_missing_result_is_an_error(s3):
    with pytest.raises(ClientError, match="NoSuchKey"):
        handler.lambda_handler(created("monitoring/gone.json"), CONTEXT)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mean": [1.0]}, "windows.0: got .*, expected 3 values of mean"),
        ({"quantiles": {"0.5": ["x"]}}, "windows.0.quantiles.0.5.0: got 'x'"),
        ({"truth": [float("nan")]}, "windows.0.truth.0"),
        ({"first_minute": "noon"}, "windows.0.first_minute: got 'noon'"),
    ],
)
def test_malformed_result_is_named(s3, changes, reason):
    odd = RESULT | {"windows": [WINDOW | changes]}
    s3.put_object(Bucket=BUCKET, Key="monitoring/odd.json", Body=json.dumps(odd))
    with pytest.raises(ResultError, match=f"monitoring/odd.json: {reason}"):
        handler.lambda_handler(created("monitoring/odd.json"), CONTEXT)
