"""Times, settings, scores, forecasts and metrics that several functions share."""

import json
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import forecasts, metrics, minutes, scores, settings, times
from sagemaker_pipelines import scoring
from tests.unit.functions import lambdas

fees = st.just(0.0) | st.floats(1e-5, 1e6)  # an average of whole satoshi is not smaller
maybe = st.none() | fees
NOW = datetime(2024, 10, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2024-10-10T01:00:00Z", "2024-10-10T03:00:00+02:00", "2024-10-10T01:00:00"]
)
def test_every_iso_form_is_read_as_utc(text):
    assert times.parse(text) == NOW
    assert times.iso(times.parse(text)) == "2024-10-10T01:00:00Z"


def test_text_that_is_no_time_is_named():
    with pytest.raises(ValueError, match="yesterday"):
        times.parse("yesterday")


@given(st.datetimes(timezones=st.just(UTC)))
def test_floor_minute_is_the_latest_full_minute(time):
    floor = times.floor_minute(time)
    assert timedelta(0) <= time - floor < times.MINUTE
    assert times.iso(floor).endswith(":00Z")


def test_missing_setting_is_named(monkeypatch):
    monkeypatch.setenv("EMPTY", "")
    for name in ("EMPTY", "UNSET"):
        with pytest.raises(KeyError, match=name):
            settings.required(name)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many"])
def test_setting_that_is_no_count_is_named(monkeypatch, text):
    monkeypatch.setenv("LAG_MINUTES", text)
    with pytest.raises(ValueError, match="LAG_MINUTES"):
        settings.whole("LAG_MINUTES")


@given(st.lists(st.tuples(maybe, fees, fees, fees), min_size=1, max_size=40))
def test_scores_are_those_of_the_training_pipeline(window):
    truth = [row[0] for row in window]
    quantiles = {level: [row[k + 1] for row in window] for k, level in enumerate(forecasts.LEVELS)}
    array = np.array([np.nan if value is None else value for value in truth])
    arrays = {float(level): np.array(values) for level, values in quantiles.items()}
    expected = scoring.mean_wql(array, arrays)
    if math.isnan(expected):
        with pytest.raises(ValueError, match="no truth"):
            scores.mean_wql(truth, quantiles)
    else:
        assert scores.mean_wql(truth, quantiles) == pytest.approx(expected, rel=1e-9)
    if any(value is not None for value in truth):
        low, high = quantiles["0.1"], quantiles["0.9"]
        covered = scoring.coverage(array, np.array(low), np.array(high))
        assert scores.coverage(truth, low, high) == pytest.approx(covered)
        assert scores.last_value(truth) == scoring.last_value(array)


def test_question_tells_missing_minutes_as_deepar_wants_them():
    asked = json.loads(forecasts.question(NOW, [1.5, None]))
    assert asked["instances"] == [{"start": "2024-10-10 01:00:00", "target": [1.5, "NaN"]}]
    assert asked["configuration"]["quantiles"] == ["0.1", "0.5", "0.9"]


def prediction(**changes):
    quantiles = {"0.1": [1, 1], "0.5": [2, 2], "0.9": [3, 3]} | changes.pop("quantiles", {})
    return json.dumps({"predictions": [{"quantiles": quantiles, "mean": [2, 2]} | changes]})


def test_answer_is_read():
    forecast = forecasts.answer(prediction().encode(), 2)
    assert forecast.quantiles["0.9"] == [3.0, 3.0]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<html>", "not a DeepAR answer"),
        ('{"predictions": []}', "not a DeepAR answer"),
        (prediction(mean="ab"), "not a DeepAR answer"),
        (prediction(mean=[2]), "mean has 1 minutes, not 2"),
        (prediction(mean=[2, math.nan]), "no numbers"),
        (prediction(mean=[2, "inf"]), "no numbers"),
        (prediction(quantiles={"0.1": [1, 2.5]}), "cross"),
    ],
)
def test_answer_that_is_no_forecast_says_why(body, why):
    with pytest.raises(forecasts.AnswerError, match=why):
        forecasts.answer(body.encode(), 2)


@pytest.mark.parametrize("dimensions", [{}, {"Stage": "production"}], ids=["none", "stage"])
def test_metrics_carry_the_time_of_the_event(capsys, dimensions):
    metrics.emit(NOW, {"Coverage": 0.8, "Threshold": 1}, **dimensions)
    [line], logged = lambdas.printed(capsys)
    assert not logged
    assert line["_aws"]["Timestamp"] == 1728522000000
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Evergreen/test"
    assert directive["Dimensions"] == [list(dimensions)]
    assert (line["Coverage"], line["Threshold"]) == (0.8, 1)


@pytest.mark.parametrize(("known", "enough"), [(30, True), (15, True), (14, False), (0, False)])
def test_half_of_the_truth_is_enough(known, enough):
    truth = [1.0] * known + [None] * (30 - known)
    windows = minutes.Windows(NOW, [1.0] * 60, truth)
    assert (windows.shortage() is None) is enough
