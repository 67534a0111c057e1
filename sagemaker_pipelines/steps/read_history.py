"""Feature store -> data quality report and, if the history passes, training data.

`python -m sagemaker_pipelines.steps.read_history --feature-group … --end-time …`
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from common import decisions, times
from common.feature_rows import AVERAGE_FEE, FEATURES, MINUTE
from sagemaker_pipelines import parameter_store
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.data import quality
from sagemaker_pipelines.data.feature_store import minutes, rows
from sagemaker_pipelines.data.history import ISO, frame, history
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.paths import Paths, report_failures
from sagemaker_pipelines.tournament import candidates, datasets


def read(
    group: str, end_time: datetime, hours: float, lag: timedelta
) -> tuple[pd.DataFrame, pd.Series, int]:
    """Read the minutes that are complete `lag` before the end time -> their rows, the history.

    Rows are read as of the end time, so that a repeated execution sees the same ones. Malformed
    rows are left out; the last result is their number.
    """
    first, end = minutes.last(hours, end_time, lag)
    found = minutes.read(group, first, end, end_time, tuple(FEATURES))
    table = frame(found.rows)
    table = table[(table[MINUTE] >= first) & (table[MINUTE] < end)].reset_index(drop=True)
    return table, history(rows.values(found.rows, AVERAGE_FEE), first, end), found.malformed


def write_history(series: pd.Series, report: dict[str, Any], paths: Paths) -> None:
    """Write the history and its quality report."""
    folder = paths.processing("history")
    series.to_csv(folder / "minutes.csv", date_format=ISO)
    _write_json(folder / "data_quality.json", report)


def write_datasets(files: datasets.Datasets, paths: Paths) -> None:
    """Write each file to the folder of its output."""
    folder = paths.processing("history")
    _write_json(folder / "summary.json", files.summary)
    _write_lines(folder / "windows.jsonl", files.windows)
    _write_lines(paths.processing("requests") / "requests.jsonl", files.requests)
    _write_lines(paths.processing("test") / "test.json", files.test)
    for output, by_candidate in (("train", files.train), ("refit", files.refit)):
        for name, series in by_candidate.items():
            _write_lines(paths.processing(f"{output}/{name}") / "train.json", [series])
    for name, judged in files.tuning.items():
        _write_lines(paths.processing(f"train/{name}-judged") / "test.json", judged)


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


def _write_lines(path: Path, entries: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(entry, allow_nan=False) + "\n" for entry in entries))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step; it succeeds even if the history fails, and the pipeline checks the report."""
    args = _parser().parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        limits = parameter_store.read(client("ssm"), args.limits_path, quality.Limits)
        lag = timedelta(minutes=args.lag_minutes)
        table, series, malformed = read(args.feature_group, args.end_time, args.history_hours, lag)
        checked = quality.check(
            table, series, args.end_time, limits, args.minimum_minutes, malformed
        )
        report = checked.to_dict(args.end_time)
        write_history(series, report, paths)
        data = records.span(args.feature_group, series, report)
        records.begin(paths, args.execution, data, rejected=bool(checked.failed))
        if checked.failed:
            decisions.record(
                client("events"),
                args.event_bus,
                decisions.TRAINING_DATA_REJECTED,
                args.end_time,
                execution_arn=args.execution,
                reason=checked.summary,
                rules=[rule.to_dict() for rule in checked.failed],
            )
        else:
            files = datasets.split(
                series,
                candidates.parse(args.candidates),
                horizon=args.prediction_length,
                request_minutes=args.request_minutes,
            )
            write_datasets(files, paths)
    print(json.dumps({"message": "data quality checked", **report}))  # noqa: T201 (a job's log)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("feature-group", "limits-path", "event-bus", "execution", "candidates"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("lag-minutes", "minimum-minutes", "prediction-length", "request-minutes"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--end-time", required=True, type=times.parse)
    parser.add_argument("--history-hours", required=True, type=float)
    return parser


if __name__ == "__main__":
    main()
