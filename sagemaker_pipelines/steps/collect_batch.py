"""Scored parts -> the results of each file, its rejected lines, and last its manifest.

`python -m sagemaker_pipelines.steps.collect_batch --bucket … --request-key … …`

A file is done when its manifest is there. Repeated, the step writes the same objects again.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import batch_files, decisions, model_packages, times
from common.batch_request import InputFile
from common.errors import bad_value
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.batch.parts import FileSummary
from sagemaker_pipelines.paths import JobError, Paths, report_failures
from sagemaker_pipelines.steps.prepare_batch import SUMMARY, request


def join(paths: Paths, summary: FileSummary, target: Path) -> None:
    """Join the scored parts of a file in order; JobError unless every line has one prediction."""
    with target.open("wb") as file:
        for part in summary.parts:
            scored = paths.processing("scored") / f"{part}.out"
            if not scored.is_file():
                raise JobError(f"{summary.name}: part {part} has no predictions.")
            with scored.open("rb") as source:
                shutil.copyfileobj(source, file)
    with target.open("rb") as file:
        count = sum(1 for line in file if line.strip())
    if count != summary.accepted:
        expected = f"{summary.accepted}, one per line"
        raise JobError(f"{bad_value(f'{summary.name}: predictions', count, expected)}.")


def manifest(
    args: argparse.Namespace, run: str, file: InputFile, summary: FileSummary
) -> dict[str, Any]:
    """Return the manifest of a file."""
    return {
        "version": "1",
        "run_id": run,
        "execution_arn": args.execution,
        "requested_at": times.iso(args.start_time),
        "input": {"key": file.key, "version_id": file.version_id, "bytes": summary.size},
        "model": {
            "package_arn": args.package,
            "version": model_packages.version(args.package),
        },
        "header": summary.header,
        "lines": summary.lines,
        "accepted": summary.accepted,
        "rejected": summary.rejected,
        "results": batch_files.result_key(file.name),
        "rejected_lines": batch_files.rejected_key(file.name) if summary.rejected else None,
    }


def _publish(
    paths: Paths, args: argparse.Namespace, run: str, number: int, file: InputFile
) -> dict[str, Any]:
    s3, summary = client("s3"), _summaries(paths)[number]
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        join(paths, summary, results)
        s3.upload_file(str(results), args.bucket, batch_files.result_key(file.name))
    rejected, key = paths.processing("rejected"), batch_files.rejected_key(file.name)
    if summary.rejected:
        s3.upload_file(str(rejected / f"{number:05d}.jsonl"), args.bucket, key)
    else:  # of an earlier version of the file
        s3.delete_object(Bucket=args.bucket, Key=key)
    document = manifest(args, run, file, summary)
    body = json.dumps(document, indent=2).encode()
    s3.put_object(Bucket=args.bucket, Key=batch_files.manifest_key(file.name), Body=body + b"\n")
    return document


def _summaries(paths: Paths) -> list[FileSummary]:
    document = json.loads((paths.processing("summary") / SUMMARY).read_text())
    return [FileSummary.model_validate(entry) for entry in document["files"]]


def _without_predictions(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how many files have lines, all of which were rejected, and the first of them."""
    keys = [
        document["input"]["key"]
        for document in documents
        if document["lines"] and not document["accepted"]
    ]
    names = [batch_files.name(key) for key in keys[: batch_files.MAX_NAMED]]
    return {"files_all_rejected": len(keys), "all_rejected": names}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bucket", "request-key", "package", "event-bus", "execution"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--start-time", required=True, type=times.parse)
    parser.add_argument("--model-name", help="model of this run, which is deleted at last")
    args = parser.parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        wanted = request(args.bucket, args.request_key)
        documents = [
            _publish(paths, args, wanted.run_id, number, file)
            for number, file in enumerate(wanted.files)
        ]
        totals = {
            name: sum(document[name] for document in documents)
            for name in ("lines", "accepted", "rejected")
        }
        decisions.record(
            client("events"),
            args.event_bus,
            decisions.BATCH_SCORED,
            args.start_time,
            run_id=wanted.run_id,
            execution_arn=args.execution,
            package_arn=args.package,
            package_version=model_packages.version(args.package),
            files=len(documents),
            **totals,
            **_without_predictions(documents),
        )
        if args.model_name:
            client("sagemaker").delete_model(ModelName=args.model_name)
    print(json.dumps({"message": "batch scored", **totals}))  # noqa: T201 (a job's log)


if __name__ == "__main__":
    main()
