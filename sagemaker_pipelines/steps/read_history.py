"""Feature store -> a verdict on the history and, if it is fit, training channels and requests.

`python -m sagemaker_pipelines.steps.read_history --feature-group … --end-time …`
"""

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from sagemaker_pipelines.aws import client
from sagemaker_pipelines.feature_store import offline, online, rows
from sagemaker_pipelines.paths import Paths, failures_reported
from sagemaker_pipelines.steps import data_quality, decisions
from sagemaker_pipelines.steps.channels import Files, prepare
from sagemaker_pipelines.steps.measures import Row
from sagemaker_pipelines.steps.minutes import MINUTE, History, floored, iso, parsed, series
from sagemaker_pipelines.steps.policy import read_policy

LAG = 5 * MINUTE  # the newest minutes may still be incomplete
ONLINE_MINUTES = 60
TARGET = "avg_fee_1min"
NUMBERS = (TARGET, "total_nb_trx_1min", "total_fee_1min")  # in the order of a Row
REJECTED = "Training Data Rejected"


def read(group: str, end_time: datetime, hours: float) -> tuple[list[Row], History]:
    """Read what ends at end_time, but for still incomplete minutes: rows in order, and series."""
    end = floored(end_time) - LAG
    first = floored(end_time - timedelta(hours=hours))
    store = offline.find(client("sagemaker"), group)
    history = offline.read(client("s3"), store, first, end, NUMBERS)
    runtime = client("sagemaker-featurestore-runtime")
    newest = [end - n * MINUTE for n in range(ONLINE_MINUTES, 0, -1)]
    newest_rows = online.read(runtime, group, newest, NUMBERS)
    held = rows.latest(rows.combined([history, newest_rows]), store.lifetime)
    inside = [row for row in listed(held) if first <= row.minute < end]
    return inside, series(rows.values(held, TARGET), first, end)


def listed(held: pa.Table) -> list[Row]:
    """Give the reader's rows one by one; Python's times have no nanoseconds."""
    times = held[rows.EVENT].cast(pa.timestamp("us", "UTC"), safe=False)
    columns = (held[rows.MINUTE], times, *(held[name] for name in NUMBERS))
    return list(map(Row, *(column.to_pylist() for column in columns)))


def write_history(history: History, report: dict[str, Any], paths: Paths) -> None:
    """Write the minutes and what is thought of them, whatever that is."""
    folder = paths.processing("history")
    minutes = [(iso(history.minute(n)), value) for n, value in enumerate(history.values)]
    with (folder / "minutes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([(rows.MINUTE, TARGET), *minutes])
    _document(folder / "data_quality.json", report)


def write(files: Files, paths: Paths) -> None:
    """Write every file into the folder of its output."""
    history = paths.processing("history")
    _document(history / "summary.json", files.summary)
    _lines(history / "windows.jsonl", files.windows)
    _lines(paths.processing("train") / "train.json", files.train)
    _lines(paths.processing("test") / "test.json", files.test)
    _lines(paths.processing("backtest") / "backtest.jsonl", files.backtest)


def _document(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


def _lines(path: Path, entries: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step in a processing job; of unfit data it says so, and the pipeline ends there."""
    given = _parser().parse_args(arguments)
    paths = Paths.from_env()
    with failures_reported(paths):
        limits = read_policy(client("ssm"), given.limits_path, data_quality.Limits)
        held, history = read(given.feature_group, given.end_time, given.history_hours)
        verdict = data_quality.check(held, history, given.end_time, limits, given.minimum_minutes)
        report = verdict.report(given.end_time)
        write_history(history, report, paths)
        if verdict.broken:
            decisions.record(
                client("events"),
                given.event_bus,
                REJECTED,
                given.end_time,
                execution_arn=given.execution,
                reason=verdict.sentence,
                rules=[rule.described() for rule in verdict.broken],
            )
        else:
            files = prepare(
                history,
                horizon=given.prediction_length,
                wanted=given.backtest_windows,
                request_minutes=given.request_minutes,
            )
            write(files, paths)
    print(json.dumps({"message": "history judged", **report}))  # noqa: T201 (a job's log)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("feature-group", "limits-path", "event-bus", "execution"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("minimum-minutes", "prediction-length", "backtest-windows", "request-minutes"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--end-time", required=True, type=parsed)
    parser.add_argument("--history-hours", required=True, type=float)
    return parser


if __name__ == "__main__":
    main()
