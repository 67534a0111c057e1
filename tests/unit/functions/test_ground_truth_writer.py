"""Ground truth and forecasts as SageMaker Model Monitor joins them."""

import json

import pytest
from botocore.exceptions import ClientError

from common.monitoring_results import ResultError
from ground_truth_writer import handler
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, created, objects

NAME = "production/2024/10/10/06/production-2024-10-10T06:00:00Z.jsonl"
WINDOW = {
    "inference_id": "production-2024-10-10T06:00:00Z-0",
    "first_minute": "2024-10-10T05:25:00Z",
    "truth": [100.5, None, 99.0],
    "quantiles": {"0.1": [90.0, 91.0, 92.0], "0.5": [100.0, 101.0, 102.0], "0.9": [1e3] * 3},
}
RESULT = {
    "version": "2",
    "stage": "production",
    "time": "2024-10-10T06:00:00Z",
    "windows": [WINDOW],
}
OLDER = {
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


def test_known_minutes_become_records_that_match_by_id(s3):
    assert handler.lambda_handler(created("monitoring/r.json"), CONTEXT) == {"records": 2}
    truths, captured = written(s3, "ground-truth"), written(s3, "forecast-capture")
    ids = [f"{WINDOW['inference_id']}-{k}" for k in (0, 2)]
    assert [item["eventMetadata"]["eventId"] for item in truths] == ids
    assert [item["eventMetadata"]["eventId"] for item in captured] == ids
    assert truths[0] == {
        "groundTruthData": {"data": "100.5", "encoding": "CSV"},
        "eventMetadata": {"eventId": ids[0]},
        "eventVersion": "0",
    }


def test_forecasts_have_the_layout_of_data_capture(s3):
    handler.lambda_handler(created("monitoring/r.json"), CONTEXT)
    csv = {"observedContentType": "text/csv", "encoding": "CSV"}
    assert written(s3, "forecast-capture")[1] == {
        "captureData": {
            "endpointInput": csv | {"mode": "INPUT", "data": "2024-10-10T05:27:00Z"},
            "endpointOutput": csv | {"mode": "OUTPUT", "data": "102.0"},
        },
        "eventMetadata": {
            "eventId": f"{WINDOW['inference_id']}-2",
            "inferenceTime": "2024-10-10T06:00:00Z",
        },
        "eventVersion": "0",
    }


@pytest.mark.parametrize(
    ("quantiles", "records"),
    [(None, 2), (WINDOW["quantiles"], 4)],
    ids=["without a forecast", "with a forecast"],
)
def test_every_window_with_a_forecast_has_records(s3, quantiles, records):
    windows = [WINDOW, OLDER | ({"quantiles": quantiles} if quantiles else {})]
    s3.put_object(
        Bucket=BUCKET, Key="monitoring/r.json", Body=json.dumps(RESULT | {"windows": windows})
    )
    assert handler.lambda_handler(created("monitoring/r.json"), CONTEXT) == {"records": records}
    ids = [item["eventMetadata"]["eventId"] for item in written(s3, "ground-truth")]
    assert len(set(ids)) == records


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
        ({"quantiles": {"0.1": [1.0]}}, "windows.0.quantiles.0.5: got nothing"),
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
