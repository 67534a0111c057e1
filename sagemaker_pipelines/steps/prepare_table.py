"""CSV files in S3 -> data quality report and, if they pass, training data of a tabular model.

`python -m sagemaker_pipelines.steps.prepare_table --model … --data s3://… --end-time …`
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from common import decisions, times
from common.errors import bad_value
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.paths import JobError, Paths, report_failures
from sagemaker_pipelines.tabular import quality, record, settings, table, windows
from sagemaker_pipelines.tabular.record import Record, RecordError
from sagemaker_pipelines.tabular.settings import SAMPLE, Settings
from sagemaker_pipelines.tabular.splits import TEST, TRAIN, VALIDATION
from sagemaker_pipelines.tabular.table import Table

FILE = "data.csv"


def read(model: Record, own: Settings, data: str) -> Table:
    """Read the rows at an S3 URI, a file or all files of a folder; or the model's sample.

    Raises JobError if there are none, or if a file has not the model's columns.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            if data == SAMPLE:
                return table.read([_sample(Path(folder), model, own)], model)
            return table.read(_download(data, Path(folder)), model)
        except (RecordError, UnicodeError) as error:
            raise JobError(f"{data}: {error}.") from error


def _sample(folder: Path, model: Record, own: Settings) -> Path:
    if own.sample is None:
        raise JobError(f"{bad_value('data', SAMPLE, 'an S3 URI: the model has no sample')}.")
    table.write(folder / FILE, model, own.sample())
    return folder / FILE


def _download(uri: str, folder: Path) -> list[Path]:
    """Download the objects at a URI; their names are counted, their order is that of the keys."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        raise JobError(f"{bad_value('data', uri, 's3://BUCKET/KEY')}.")
    s3 = client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", []) if item["Size"]]
    if not keys:
        raise JobError(f"{uri}: no objects, expected CSV files with a header.")
    paths = []
    for number, key in enumerate(keys):
        path = folder / f"{number:06d}-{Path(key).name}"
        s3.download_file(bucket, key, str(path))
        paths.append(path)
    return paths


def write(
    paths: Paths, model: Record, own: Settings, found: Table, parts: Sequence[str], end: datetime
) -> None:
    """Write the rows of each part, and windows and requests of the tournament."""
    lines = {
        part: [line for line, of in zip(found.lines, parts, strict=True) if of == part]
        for part in (TRAIN, VALIDATION, TEST)
    }
    targets = {
        part: [row[-1] for row, of in zip(found.rows, parts, strict=True) if of == part]
        for part in (TRAIN, TEST)
    }
    for part, rows in lines.items():
        table.write(paths.processing(part) / FILE, model, rows)
    history = paths.processing("history")
    summary = windows.summary(targets[TRAIN], len(found.rows))
    _write(history / "summary.json", summary)
    of_test = windows.windows(targets[TEST], summary["median"], own.rows_per_window, end)
    _write_lines(history / "windows.jsonl", of_test)
    requests = windows.requests(model, lines[TEST], own.rows_per_window)
    _write_lines(paths.processing("requests") / "requests.jsonl", requests)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step; it succeeds even if the data fail, and the pipeline checks the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "data", "event-bus", "execution"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--end-time", required=True, type=times.parse)
    args = parser.parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        model, own = record.read(args.model), settings.find(args.model)
        found = read(model, own, args.data)
        parts = own.split.parts(found.lines)
        checked = quality.check(found, parts, own.rows_per_window)
        report = {"time": times.iso(args.end_time), "data": args.data, **checked.to_dict()}
        _write(paths.processing("history") / "data_quality.json", report)
        data = {**report, "quality": checked.summary}
        records.begin(paths, args.execution, data, rejected=bool(checked.failed))
        if checked.failed:
            decisions.record(
                client("events"),
                args.event_bus,
                decisions.TRAINING_DATA_REJECTED,
                args.end_time,
                execution_arn=args.execution,
                reason=checked.summary,
                rules=list(checked.failed),
            )
        else:
            write(paths, model, own, found, parts, args.end_time)
    print(json.dumps({"message": "data quality checked", **report}))  # noqa: T201 (a job's log)


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


def _write_lines(path: Path, entries: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(entry, allow_nan=False) + "\n" for entry in entries))


if __name__ == "__main__":
    main()
