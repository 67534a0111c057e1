"""History -> training data of every candidate, requests, truths."""

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tournament import candidates, datasets
from tests.support.offline_store import START

CANDIDATES = candidates.parse("deepar,deepar_recent")


def history(length, missing=()):
    values = [np.nan if n in missing else float(n) for n in range(length)]
    return pd.Series(values, pd.date_range(START, periods=length, freq="min"))


def split(series):
    return datasets.split(series, CANDIDATES, horizon=30, request_minutes=270)


def test_no_candidate_is_trained_on_a_window():
    files = split(history(1800))

    assert {series["target"][-1] for series in files.train.values()} == {1654.0}
    assert files.windows[0]["first_minute"] == "2024-10-11T03:35:00Z"
    assert files.windows[0]["truth"] == [float(n) for n in range(1655, 1685)]
    assert files.windows[0]["naive"] == 1654.0
    assert files.windows[-1]["truth"][-1] == 1799.0


def test_recent_candidate_begins_later_and_both_are_trained_again_to_the_end():
    files = split(history(1800))

    assert {name: s["target"][0] for name, s in files.train.items()} == {
        "deepar": 0.0,
        "deepar_recent": 1355.0,
    }
    for name, series in files.refit.items():
        assert series["start"] == files.train[name]["start"]
        assert series["target"][-1] == 1799.0


def test_requests_have_as_many_minutes_as_those_of_the_monitor():
    files = split(history(1800))

    assert {len(request["target"]) for request in files.requests} == {270}
    assert files.requests[0]["start"] == "2024-10-10 23:05:00"
    assert len(files.windows) == len(files.requests) == len(files.test) == 24
    assert files.test[0]["target"] == [*files.requests[0]["target"], *files.windows[0]["truth"]]


def test_missing_minutes_are_marked():
    files = split(history(1800, missing={5, 1654, 1660}))

    assert files.train["deepar"]["target"][5] == "NaN"
    assert files.windows[0]["truth"][5] is None
    assert files.windows[0]["naive"] == 1653.0
    assert files.summary == {
        "first": "2024-10-10T00:00:00Z",
        "last": "2024-10-11T05:59:00Z",
        "minutes": 1800,
        "missing": 3,
        "training_end": "2024-10-11T03:35:00Z",
        "training_start": {
            "deepar": "2024-10-10T00:00:00Z",
            "deepar_recent": "2024-10-10T22:34:00Z",
        },
        "naive_error": 1.0,
    }


def test_too_little_data_is_rejected():
    with pytest.raises(JobError, match="history: got 440 minutes"):
        split(history(440))
