"""The smoke test against a staging endpoint that answers and captures, or does not."""

import json
from datetime import timedelta

import pytest
from moto import mock_aws

from common.forecasts import AnswerError, Forecast
from smoke_test import checks, handler
from tests.unit.functions.staging import BUCKET, FIRST_TRUTH, INFERENCE, Staging, forecast


@pytest.fixture
def staging(monkeypatch):
    settings = {
        "BUCKET": BUCKET,
        "FEATURE_GROUP_NAME": "test-minutes",
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
    (asked,) = staging.asked
    assert (asked["EndpointName"], asked["InferenceId"]) == ("test-staging", INFERENCE)
    (instance,) = json.loads(asked["Body"])["instances"]
    first = FIRST_TRUTH - timedelta(minutes=270)
    assert instance == {"start": f"{first:%Y-%m-%d %H:%M:%S}", "target": [100.5] * 270}


def test_retry_finds_the_capture_that_came_later(staging):
    with pytest.raises(checks.CaptureNotFoundError, match=INFERENCE):
        staging.deliver()
    staging.capture()
    assert staging.deliver() == {"inference_id": INFERENCE}


def test_redelivered_test_passes_again_under_the_same_id(staging):
    staging.capture()
    assert staging.deliver() == staging.deliver()
    assert {asked["InferenceId"] for asked in staging.asked} == {INFERENCE}


@pytest.mark.parametrize("parts", [("Input",), ("Output",)])
def test_half_a_capture_is_none_yet(staging, parts):
    staging.capture(parts=parts)
    with pytest.raises(checks.CaptureNotFoundError):
        staging.deliver()


def test_capture_that_no_monitor_reads_ends_the_deployment(staging):
    staging.capture(encoding="BASE64")
    with pytest.raises(checks.SmokeTestError, match="base64"):
        staging.deliver()


def test_capture_may_wait_behind_many_others(staging):
    staging.capture()
    for number in range(handler.NEWEST - 1):
        staging.capture(f"monitor-{number}")
    assert staging.deliver() == {"inference_id": INFERENCE}


@pytest.mark.parametrize(
    "answer",
    [forecast(length=29), forecast(low=120.0), "[]", forecast().replace("90.0", "NaN")],
    ids=["short", "crossed", "other", "nan"],
)
def test_answer_that_is_no_forecast_ends_the_deployment(staging, answer):
    staging.answer = answer
    staging.capture()
    with pytest.raises(AnswerError):
        staging.deliver()


def test_forecast_out_of_proportion_ends_the_deployment(staging):
    staging.answer = forecast(high=1e9)
    with pytest.raises(checks.SmokeTestError, match="reaches 1e\\+09"):
        staging.deliver()


def test_without_any_minute_there_is_nothing_to_test_with(staging):
    staging.known = False
    with pytest.raises(checks.SmokeTestError, match="no minute"):
        staging.deliver()
    assert staging.asked == []


def test_missing_minutes_do_not_count_for_the_proportion():
    values = {level: [3.0] for level in ("0.1", "0.5", "0.9")}
    checks.plausible(Forecast(values, [3.0]), [None, 2.0, None])
