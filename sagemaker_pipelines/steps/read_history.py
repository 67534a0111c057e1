"""Feature store -> training channels and backtest requests.

`python -m sagemaker_pipelines.steps.read_history --feature-group … --end-time …`
"""

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sagemaker_pipelines.aws import client
from sagemaker_pipelines.feature_store import offline, online, rows
from sagemaker_pipelines.paths import JobError, Paths, failures_reported
from sagemaker_pipelines.steps import windows
from sagemaker_pipelines.steps.minutes import MINUTE, History, floored, iso, parsed, series

LAG = 5 * MINUTE  # the newest minutes may still be incomplete
ONLINE_MINUTES = 60
TARGET = "avg_fee_1min"


@dataclass(frozen=True, slots=True)
class Files:
    """What the step writes, by output."""

    summary: dict[str, Any]
    minutes: list[tuple[str, float | None]]
    windows: list[dict[str, Any]]
    train: list[dict[str, Any]]
    test: list[dict[str, Any]]
    backtest: list[dict[str, Any]]


def prepare(
    history: History, *, minimum: int, horizon: int, wanted: int, request_minutes: int
) -> Files:
    """Divide a history into training series and backtest windows; JobError if it is too short."""
    if history.present < minimum:
        raise JobError(
            f"The history holds {history.present} minutes with data; "
            f"at least {minimum} are needed to train (MinimumMinutes)."
        )
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
            "missing": len(values) - history.present,
            "training_end": iso(history.minute(plan.training_end)),
        },
        minutes=[(iso(history.minute(n)), value) for n, value in enumerate(values)],
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


def read(group: str, end_time: datetime, hours: float) -> History:
    """Read the history that ends at end_time, but for its still incomplete minutes."""
    end = floored(end_time) - LAG
    first = floored(end_time - timedelta(hours=hours))
    store = offline.find(client("sagemaker"), group)
    history = offline.read(client("s3"), store, first, end, [TARGET])
    runtime = client("sagemaker-featurestore-runtime")
    newest = [end - n * MINUTE for n in range(ONLINE_MINUTES, 0, -1)]
    newest_rows = online.read(runtime, group, newest, [TARGET])
    held = rows.latest(rows.combined([history, newest_rows]), store.lifetime)
    return series(rows.values(held, TARGET), first, end)


def write(files: Files, paths: Paths) -> None:
    """Write every file into the folder of its output."""
    history = paths.processing("history")
    (history / "summary.json").write_text(json.dumps(files.summary, indent=2) + "\n")
    with (history / "minutes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("tx_minute", "avg_fee_1min"), *files.minutes])
    _lines(history / "windows.jsonl", files.windows)
    _lines(paths.processing("train") / "train.json", files.train)
    _lines(paths.processing("test") / "test.json", files.test)
    _lines(paths.processing("backtest") / "backtest.jsonl", files.backtest)


def _lines(path: Path, entries: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step in a processing job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature-group", required=True)
    parser.add_argument("--end-time", required=True, type=parsed)
    parser.add_argument("--history-hours", required=True, type=float)
    parser.add_argument("--minimum-minutes", required=True, type=int)
    parser.add_argument("--prediction-length", required=True, type=int)
    parser.add_argument("--backtest-windows", required=True, type=int)
    parser.add_argument("--request-minutes", required=True, type=int)
    given = parser.parse_args(arguments)
    paths = Paths.from_env()
    with failures_reported(paths):
        files = prepare(
            read(given.feature_group, given.end_time, given.history_hours),
            minimum=given.minimum_minutes,
            horizon=given.prediction_length,
            wanted=given.backtest_windows,
            request_minutes=given.request_minutes,
        )
        write(files, paths)
    print(json.dumps({"message": "history read", **files.summary}))  # noqa: T201 (a job's log)


if __name__ == "__main__":
    main()
