"""Merge small files of the offline store, hour by hour; `offline_compactor` starts the job daily.

`python -m sagemaker_pipelines.jobs.compact_offline_store --feature-group … --now …`
"""

import argparse
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from common import times
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.data.feature_store import compaction, offline
from sagemaker_pipelines.data.feature_store.partitions import EVERYTHING
from sagemaker_pipelines.paths import JobError, Paths, report_failures

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def compact(s3: "S3Client", store: offline.OfflineStore, now: datetime) -> dict[str, int]:
    """Merge every hour that has ended; a failing hour does not stop the others.

    All hours are listed, because late rows add files to hours that were already merged.
    Raises JobError with the first failure after the last hour.
    """
    hours = compaction.closed_hours(store.prefix, store.keys(s3, EVERYTHING), now)
    failures = []
    for keys in hours:
        try:
            compaction.compact(s3, store.bucket, keys)
        except (compaction.CompactionError, pa.ArrowException) as error:
            failures.append(f"{keys[0].rpartition('/')[0]}: {error}")
    if failures:
        raise JobError(f"{len(failures)} of {len(hours)} hours were not merged. {failures[0]}")
    return {"hours": len(hours), "files": sum(map(len, hours))}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature-group", required=True, action="append")
    parser.add_argument("--now", required=True, type=times.parse)
    args = parser.parse_args(arguments)
    with report_failures(Paths.from_env()):
        for group in args.feature_group:
            store = offline.find(client("sagemaker"), group)
            merged = compact(client("s3"), store, args.now)
            line = {"message": "offline store compacted", "group": group}
            print(json.dumps(line | {"now": times.iso(args.now)} | merged))  # noqa: T201 (a job's log)


if __name__ == "__main__":
    main()
