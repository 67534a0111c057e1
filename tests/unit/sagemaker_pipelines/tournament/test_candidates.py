"""Candidates by name, and their training data."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tournament import candidates
from sagemaker_pipelines.training import parameters

VARIABLES = Path(__file__).parents[4] / "terraform" / "variables.tf"


def history(length, missing=()):
    values = [np.nan if n in missing else 1.0 for n in range(length)]
    return pd.Series(values, pd.date_range("2024-10-10", periods=length, freq="min", tz="UTC"))


def test_names_are_an_algorithm_and_a_span():
    deepar, recent = candidates.parse("deepar, gradient_boosting_recent")

    assert (deepar.algorithm, deepar.recent) == ("deepar", False)
    assert (recent.algorithm, recent.recent) == ("gradient_boosting", True)
    assert candidates.own([deepar, recent]) == [recent]


def test_tuned_candidate_is_of_amazon_deepar():
    [tuned] = candidates.parse("deepar_tuned")

    assert (tuned.algorithm, tuned.tuned, tuned.recent) == ("deepar", True, False)
    assert candidates.own([tuned]) == []


def test_default_of_terraform_is_that_of_the_pipeline():
    [names] = re.findall(
        r"candidates\s*=\s*optional\(list\(string\), (\[.*?\])", VARIABLES.read_text()
    )
    assert ",".join(json.loads(names)) == parameters.CANDIDATES.default


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("deepar,prophet", "candidates: got 'prophet', expected deepar, ensemble, ets, gradient"),
        ("", "candidates: got '', expected deepar"),
        ("ets_tuned", "or deepar_tuned"),
        ("reference", "candidates: got 'reference'"),
        ("deepar,deepar", "expected at most 6 different names"),
        (",".join(f"{a}{s}" for a in candidates.ALGORITHMS for s in ("", "_recent")), "at most 6"),
    ],
    ids=["unknown", "empty", "not-tuned", "reference", "twice", "too-many"],
)
def test_wrong_names_are_refused(names, message):
    with pytest.raises(JobError, match=message):
        candidates.parse(names)


def test_recent_history_has_the_observations_that_deepar_requires():
    all_history, recent = candidates.parse("deepar,deepar_recent")
    series = history(1000, missing=range(700, 720))

    first = recent.first(series, first_window=800)

    assert series.iloc[first:800].count() == 300
    assert first == 480
    assert all_history.first(series, first_window=800) == 0
    assert recent.first(series, first_window=300) == 0
