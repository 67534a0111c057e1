"""The smoke test against a staging endpoint in memory."""

import json
from datetime import timedelta

import pytest
from moto import mock_aws

from common import captured_calls
from common.deepar import Forecast, ForecastError
from smoke_test import forecast_checks, handler
from tests.support.staging_endpoint import BUCKET, FIRST_TRUTH, INFERENCE, Staging, forecast


@pytest.fixture
def staging(monkeypatch):
    settings = {
        "BUCKET": BUCKET,
        "CAPTURE_PERCENT": json.dumps({"production": 80, "staging": 100}),
        "FEATURE_GROUP_NAME": "test-minutes",
        "FORECAST_SAMPLES": "200",
        "HISTORY_MINUTES": "270",
        "LAG_MINUTES": "5",
        "PREDICTION_LENGTH": "30",
        "PREFIX": "test",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield Staging()


def test_forecast_and_its_capture_pass(staging):
    staging.capture("of another call")
    staging.capture()
    assert staging.deliver() == {"inference_id": INFERENCE}
    (request,) = staging.requests
    assert (request["EndpointName"], request["InferenceId"]) == ("test-staging", INFERENCE)
    (instance,) = json.loads(request["Body"])["instances"]
    first = FIRST_TRUTH - timedelta(minutes=270)
    assert instance == {"start": f"{first:%Y-%m-%d %H:%M:%S}", "target": [100.5] * 270}


def test_retry_finds_the_capture_that_arrived_later(staging):
    with pytest.raises(captured_calls.CaptureNotFoundError, match=INFERENCE):
        staging.deliver()
    staging.capture()
    assert staging.deliver() == {"inference_id": INFERENCE}


def test_redelivered_test_passes_again_under_the_same_id(staging):
    staging.capture()
    assert staging.deliver() == staging.deliver()
    assert {request["InferenceId"] for request in staging.requests} == {INFERENCE}


@pytest.mark.parametrize("parts", [("Input",), ("Output",)])
def test_capture_without_input_or_output_is_not_accepted(staging, parts):
    staging.capture(parts=parts)
    with pytest.raises(captured_calls.CaptureNotFoundError):
        staging.deliver()


def test_capture_in_base64_ends_the_deployment(staging):
    staging.capture(encoding="BASE64")
    with pytest.raises(captured_calls.CaptureFormatError, match="BASE64"):
        staging.deliver()


def test_capture_is_found_among_many_newer_ones(staging):
    staging.capture()
    for number in range(captured_calls.MAX_FILES - 1):
        staging.capture(f"monitor-{number}")
    assert staging.deliver() == {"inference_id": INFERENCE}


@pytest.mark.parametrize(
    "response",
    [forecast(length=29), forecast(low=120.0), "[]", forecast().replace("90.0", "NaN")],
    ids=["short", "crossed", "other", "nan"],
)
def test_response_that_is_not_a_forecast_ends_the_deployment(staging, response):
    staging.response = response
    staging.capture()
    with pytest.raises(ForecastError):
        staging.deliver()


def test_implausible_forecast_ends_the_deployment(staging):
    staging.response = forecast(high=1e9)
    with pytest.raises(forecast_checks.ImplausibleForecastError, match=r"got 1e\+09"):
        staging.deliver()


def test_without_any_minute_the_test_fails(staging):
    staging.known = False
    with pytest.raises(handler.NoHistoryError, match="no minute"):
        staging.deliver()
    assert staging.requests == []


def test_missing_minutes_are_ignored_when_the_forecast_is_checked():
    values = {level: [3.0] for level in ("0.1", "0.5", "0.9")}
    forecast_checks.check_plausible(Forecast(values, [3.0]), [None, 2.0, None])


def test_fees_of_zero_count_as_history(staging):
    staging.fee, staging.response = "0.0", forecast(low=0.0, middle=0.0, high=0.5)
    staging.capture()
    assert staging.deliver() == {"inference_id": INFERENCE}
    [instance] = json.loads(staging.requests[0]["Body"])["instances"]
    assert instance["target"] == [0.0] * 270


def test_version_is_tested_with_the_configuration_of_production(staging):
    with pytest.raises(captured_calls.CaptureNotFoundError):
        staging.deliver(stage="pre-traffic")
    assert {request["EndpointName"] for request in staging.requests} == {"test-pre-traffic"}
    ids = [request["InferenceId"] for request in staging.requests]
    assert len(set(ids)) == len(ids) > 1
    staging.capture(ids[-1], folder="production/test-pre-traffic")
    assert staging.deliver(stage="pre-traffic") == {"inference_id": INFERENCE}


def test_without_capture_only_the_forecast_is_checked(staging, monkeypatch):
    monkeypatch.setenv("CAPTURE_PERCENT", json.dumps({"production": 0, "staging": 100}))
    assert staging.deliver(stage="pre-traffic") == {"inference_id": INFERENCE}
    assert len(staging.requests) == 1


@pytest.mark.parametrize(
    ("percent", "calls"), [(100, 1), (99, 3), (80, 9), (50, 20), (1, 20), (0, 1)]
)
def test_calls_suffice_for_one_sampled_capture(percent, calls):
    found = captured_calls.inference_ids("id", percent)
    assert (len(found), len(set(found)), found[0]) == (calls, calls, "id")
