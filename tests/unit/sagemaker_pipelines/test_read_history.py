"""History -> files."""

from datetime import UTC, datetime

import pytest

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps.minutes import History
from sagemaker_pipelines.steps.read_history import prepare

START = datetime(2024, 10, 10, tzinfo=UTC)
SETTINGS = {"minimum": 300, "horizon": 30, "wanted": 24, "request_minutes": 270}


def history(length, missing=()):
    values = [None if n in missing else float(n) for n in range(length)]
    return History(START, values)


def test_training_ends_where_the_first_window_begins():
    files = prepare(history(1800), **SETTINGS)
    first = files.windows[0]
    assert len(files.train[0]["target"]) == 1080
    assert first["truth"] == files.test[0]["target"][-30:] == [float(n) for n in range(1080, 1110)]
    assert first["first_minute"] == "2024-10-10T18:00:00Z"
    assert first["naive"] == files.backtest[0]["target"][-1] == 1079.0


def test_requests_hold_as_many_minutes_as_the_monitor_sends():
    files = prepare(history(1800), **SETTINGS)
    assert {len(request["target"]) for request in files.backtest} == {270}
    assert files.backtest[0]["start"] == "2024-10-10 13:30:00"
    assert len(files.windows) == len(files.backtest) == len(files.test) == 24


def test_missing_minutes_are_said_to_be_missing():
    files = prepare(history(1800, missing={5, 1079, 1085}), **SETTINGS)
    assert files.train[0]["target"][5] == "NaN"
    assert files.windows[0]["truth"][5] is None
    assert files.windows[0]["naive"] == 1078.0
    assert files.minutes[5] == ("2024-10-10T00:05:00Z", None)
    assert files.summary == {
        "first": "2024-10-10T00:00:00Z",
        "last": "2024-10-11T05:59:00Z",
        "minutes": 1800,
        "missing": 3,
        "training_end": "2024-10-10T18:00:00Z",
    }


def test_window_without_truth_is_left_out():
    files = prepare(history(1800, missing=set(range(1080, 1110))), **SETTINGS)
    assert len(files.windows) == 23


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (history(299), "The history holds 299 minutes with data; at least 300 are needed"),
        (history(0), "The history holds 0 minutes"),
        (history(1800, missing=set(range(1000, 1790))), "backtest windows have data for half"),
    ],
    ids=["short", "empty", "long-outage"],
)
def test_too_little_data_is_refused_with_a_sentence(given, sentence):
    with pytest.raises(JobError, match=sentence):
        prepare(given, **SETTINGS)
