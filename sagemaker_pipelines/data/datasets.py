"""History -> training series, backtest requests and truths. Pure."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from common import deepar, times
from sagemaker_pipelines.data import windows
from sagemaker_pipelines.data.history import json_values
from sagemaker_pipelines.paths import JobError


@dataclass(frozen=True, slots=True)
class Datasets:
    """Contents of the files that the step writes, by output."""

    summary: dict[str, Any]
    windows: list[dict[str, Any]]
    train: list[dict[str, Any]]
    test: list[dict[str, Any]]
    backtest: list[dict[str, Any]]


def split(
    history: pd.Series, *, horizon: int, window_count: int, request_minutes: int
) -> Datasets:
    """Split a history into training series and backtest windows; JobError if it is too short."""
    try:
        plan = windows.plan(len(history), horizon, window_count)
    except windows.TooShortError as error:
        raise JobError(f"{error}.") from error
    origins = [o for o in plan.origins if windows.usable(history, o, horizon, request_minutes)]
    if len(origins) < windows.MIN_WINDOWS:
        raise JobError(
            f"Only {len(origins)} backtest windows have data for half of their minutes; "
            f"at least {windows.MIN_WINDOWS} are needed."
        )
    starts = [(max(0, origin - request_minutes), origin) for origin in origins]
    return Datasets(
        summary={
            "first": times.iso(history.index[0]),
            "last": times.iso(history.index[-1]),
            "minutes": len(history),
            "missing": int(history.isna().sum()),
            "training_end": times.iso(history.index[plan.training_end]),
        },
        windows=[
            {
                "first_minute": times.iso(history.index[origin]),
                "truth": json_values(history.iloc[origin : origin + horizon]),
                "naive": history.iloc[:origin].dropna().iloc[-1],
            }
            for origin in origins
        ],
        train=[_series(history.iloc[: plan.training_end])],
        test=[_series(history.iloc[start : origin + horizon]) for start, origin in starts],
        backtest=[_series(history.iloc[start:origin]) for start, origin in starts],
    )


def _series(part: pd.Series) -> dict[str, Any]:
    return deepar.instance(part.index[0], json_values(part))
