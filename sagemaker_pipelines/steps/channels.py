"""A history -> what training, backtest and evaluation read. Pure."""

from dataclasses import dataclass
from typing import Any

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps import windows
from sagemaker_pipelines.steps.minutes import History, iso


@dataclass(frozen=True, slots=True)
class Files:
    """What the step writes, by output."""

    summary: dict[str, Any]
    windows: list[dict[str, Any]]
    train: list[dict[str, Any]]
    test: list[dict[str, Any]]
    backtest: list[dict[str, Any]]


def prepare(history: History, *, horizon: int, wanted: int, request_minutes: int) -> Files:
    """Divide a history into training series and backtest windows; JobError if it is too short."""
    try:
        plan = windows.plan(len(history.values), horizon, wanted)
    except windows.TooShortError as error:
        raise JobError(f"{error}.") from error
    values = history.values
    origins = [o for o in plan.origins if windows.usable(values, o, horizon, request_minutes)]
    if len(origins) < windows.FEWEST_WINDOWS:
        raise JobError(
            f"Only {len(origins)} backtest windows have data for half of their minutes; "
            f"at least {windows.FEWEST_WINDOWS} are needed."
        )
    requests = [(max(0, origin - request_minutes), origin) for origin in origins]
    return Files(
        summary={
            "first": iso(history.first),
            "last": iso(history.minute(len(values) - 1)),
            "minutes": len(values),
            "missing": values.count(None),
            "training_end": iso(history.minute(plan.training_end)),
        },
        windows=[
            {
                "first_minute": iso(history.minute(origin)),
                "truth": values[origin : origin + horizon],
                "naive": next(v for v in reversed(values[:origin]) if v is not None),
            }
            for origin in origins
        ],
        train=[_instance(history, 0, plan.training_end)],
        test=[_instance(history, first, origin + horizon) for first, origin in requests],
        backtest=[_instance(history, first, origin) for first, origin in requests],
    )


def _instance(history: History, first: int, end: int) -> dict[str, Any]:
    """Write a part of the history as DeepAR reads it."""
    target = ["NaN" if value is None else value for value in history.values[first:end]]
    return {"start": history.minute(first).strftime("%Y-%m-%d %H:%M:%S"), "target": target}
