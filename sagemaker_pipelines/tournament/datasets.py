"""History -> training data of every candidate, requests and truths of the windows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from common import deepar, times
from common.forecast_metrics.sample import naive_error
from sagemaker_pipelines.data.history import json_values
from sagemaker_pipelines.tournament import tuning, windows
from sagemaker_pipelines.tournament.candidates import Candidate

Series = dict[str, Any]  # in DeepAR's JSON


@dataclass(frozen=True, slots=True)
class Datasets:
    """Contents of the files that the step writes; candidates by name, windows oldest first."""

    summary: dict[str, Any]
    windows: list[dict[str, Any]]
    requests: list[Series]
    train: dict[str, Series]  # before the first window
    refit: dict[str, Series]  # to the end of the history
    tuning: dict[str, list[Series]]  # by which the search of a tuned candidate judges its models
    test: list[Series]  # what Amazon DeepAR scores after its training: requests with their truths


def split(
    history: pd.Series, candidates: Sequence[Candidate], *, horizon: int, request_minutes: int
) -> Datasets:
    """Split a history; JobError if it is too short for a tournament."""
    requirement = windows.Requirement(horizon, request_minutes)
    origins = windows.origins(history, requirement)
    firsts = {c.name: c.first(history, origins[0]) for c in candidates}
    starts = [max(0, origin - request_minutes) for origin in origins]
    ranges = list(zip(starts, origins, strict=True))
    tuned = tuning.split(history.iloc[: origins[0]], horizon=horizon, minutes=request_minutes)
    ends = {c.name: tuned.end if c.tuned else origins[0] for c in candidates}
    return Datasets(
        summary={
            "first": times.iso(history.index[0]),
            "last": times.iso(history.index[-1]),
            "minutes": len(history),
            "missing": int(history.isna().sum()),
            "training_end": times.iso(history.index[origins[0]]),
            "training_start": {
                name: times.iso(history.index[first]) for name, first in firsts.items()
            },
            "naive_error": naive_error(history.iloc[: origins[0]].to_list()),
        },
        windows=[
            {
                "first_minute": times.iso(history.index[origin]),
                "truth": json_values(history.iloc[origin : origin + horizon]),
                "naive": history.iloc[:origin].dropna().iloc[-1],
            }
            for origin in origins
        ],
        requests=[_series(history.iloc[start:origin]) for start, origin in ranges],
        train={name: _series(history.iloc[first : ends[name]]) for name, first in firsts.items()},
        refit={name: _series(history.iloc[first:]) for name, first in firsts.items()},
        tuning={
            c.name: [_series(history.iloc[slice(*window)]) for window in tuned.windows]
            for c in candidates
            if c.tuned
        },
        test=[_series(history.iloc[start : origin + horizon]) for start, origin in ranges],
    )


def _series(part: pd.Series) -> Series:
    return deepar.instance(part.index[0], json_values(part))
