"""Small files of the offline store -> one an hour; started daily by `offline_compactor`.

`python -m sagemaker_pipelines.steps.compact_offline_store --feature-group … --now …`
"""

import argparse
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from sagemaker_pipelines.aws import client
from sagemaker_pipelines.feature_store import compaction, offline
from sagemaker_pipelines.feature_store.partitions import EVERYTHING
from sagemaker_pipelines.paths import JobError, Paths, failures_reported
from sagemaker_pipelines.steps.minutes import iso, parsed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def compact(s3: "S3Client", store: offline.OfflineStore, now: datetime) -> dict[str, int]:
    """Merge every hour that is over; one that cannot be merged does not keep others from it.

    All hours are looked at, because what is late makes a small file in an hour long merged.
    Raises JobError with the first failure after the last hour.
    """
    hours = compaction.closed(store.prefix, store.keys(s3, EVERYTHING), now)
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
    """Run the step in a processing job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature-group", required=True, action="append")
    parser.add_argument("--now", required=True, type=parsed)
    given = parser.parse_args(arguments)
    with failures_reported(Paths.from_env()):
        for group in given.feature_group:
            store = offline.find(client("sagemaker"), group)
            merged = compact(client("s3"), store, given.now)
            said = {"message": "offline store compacted", "group": group, "now": iso(given.now)}
            print(json.dumps(said | merged))  # noqa: T201 (a job's log)


if __name__ == "__main__":
    main()
