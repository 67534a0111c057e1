"""History -> training series, backtest requests, truths."""

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.data.datasets import split
from sagemaker_pipelines.paths import JobError
from tests.support.offline_store import START

SETTINGS = {"horizon": 30, "window_count": 24, "request_minutes": 270}


def history(length, missing=()):
    values = [np.nan if n in missing else float(n) for n in range(length)]
    return pd.Series(values, pd.date_range(START, periods=length, freq="min"))


def test_training_ends_at_the_first_window():
    files = split(history(1800), **SETTINGS)
    first = files.windows[0]
    assert len(files.train[0]["target"]) == 1080
    assert first["truth"] == files.test[0]["target"][-30:] == [float(n) for n in range(1080, 1110)]
    assert first["first_minute"] == "2024-10-10T18:00:00Z"
    assert first["naive"] == files.backtest[0]["target"][-1] == 1079.0


def test_requests_have_as_many_minutes_as_those_of_the_monitor():
    files = split(history(1800), **SETTINGS)
    assert {len(request["target"]) for request in files.backtest} == {270}
    assert files.backtest[0]["start"] == "2024-10-10 13:30:00"
    assert len(files.windows) == len(files.backtest) == len(files.test) == 24


def test_missing_minutes_are_marked():
    files = split(history(1800, missing={5, 1079, 1085}), **SETTINGS)
    assert files.train[0]["target"][5] == "NaN"
    assert files.windows[0]["truth"][5] is None
    assert files.windows[0]["naive"] == 1078.0
    assert files.summary == {
        "first": "2024-10-10T00:00:00Z",
        "last": "2024-10-11T05:59:00Z",
        "minutes": 1800,
        "missing": 3,
        "training_end": "2024-10-10T18:00:00Z",
    }


def test_window_without_truth_is_skipped():
    files = split(history(1800, missing=set(range(1080, 1110))), **SETTINGS)
    assert len(files.windows) == 23


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (history(80), "80 minutes of history are too few for 8 backtest windows"),
        (history(1800, missing=set(range(1000, 1790))), "backtest windows have data for half"),
    ],
    ids=["short", "long-outage"],
)
def test_too_little_data_is_rejected(series, message):
    with pytest.raises(JobError, match=message):
        split(series, **SETTINGS)
