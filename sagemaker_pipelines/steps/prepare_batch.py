"""Files of a batch request -> parts with the lines that the model accepts, and the others.

`python -m sagemaker_pipelines.steps.prepare_batch --bucket … --request-key … --model …`
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from common.batch_request import BatchRequest, InputFile
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.batch import lines
from sagemaker_pipelines.batch.parts import FileSummary, Writer
from sagemaker_pipelines.paths import JobError, Paths, report_failures

SUMMARY = "batch.json"


def request(bucket: str, key: str) -> BatchRequest:
    """Read the request of a run."""
    body = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return BatchRequest.model_validate_json(body)


def split(paths: Paths, number: int, path: Path, name: str, model: str) -> FileSummary:
    """Write the accepted lines of a file to parts, and the rejected ones with their reasons."""
    check = lines.checker(model)
    counts = {"lines": 0, "accepted": 0, "rejected": 0}
    header = False
    rejected = paths.processing("rejected") / f"{number:05d}.jsonl"
    with Writer(paths.processing("lines"), number) as parts, rejected.open("w") as refused:
        for block in lines.read(path):
            if count := lines.accepted(model, block):
                counts["lines"] += count
                counts["accepted"] += count
                parts.write(block.content)
                continue
            for line in block.lines():
                if lines.is_header(model, line):
                    header = True
                    continue
                counts["lines"] += 1
                try:
                    check(line)
                except lines.LineError as error:
                    counts["rejected"] += 1
                    refused.write(json.dumps({"line": line.number, "reason": str(error)}) + "\n")
                    continue
                counts["accepted"] += 1
                parts.write(line.content or b"")
    return FileSummary(
        name=name, size=path.stat().st_size, header=header, parts=tuple(parts.names), **counts
    )


def _download(bucket: str, file: InputFile, folder: Path) -> Path:
    path = folder / Path(file.key).name
    version = {"VersionId": file.version_id} if file.version_id else {}
    try:
        client("s3").download_file(bucket, file.key, str(path), ExtraArgs=version)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        raise JobError(f"{file.key}: the file was deleted before the run read it.") from None
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step: one file after the other, so that the disk has one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bucket", "request-key", "model"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        found = []
        for number, file in enumerate(request(args.bucket, args.request_key).files):
            with tempfile.TemporaryDirectory() as folder:
                path = _download(args.bucket, file, Path(folder))
                found.append(split(paths, number, path, file.name, args.model))
        accepted = sum(summary.accepted for summary in found)
        document = {"accepted": accepted, "files": [summary.model_dump() for summary in found]}
        text = json.dumps(document, indent=2) + "\n"
        (paths.processing("summary") / SUMMARY).write_text(text)
    lines_found = sum(summary.lines for summary in found)
    print(f"{len(found)} files, {accepted} of {lines_found} lines accepted")  # noqa: T201


if __name__ == "__main__":
    main()
