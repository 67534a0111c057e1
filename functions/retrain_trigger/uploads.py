"""Files below training-data/ that no training has read yet, because their request was refused."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from common.training_workflow.execution import Execution

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "training-data/"


def waiting(s3: "S3Client", bucket: str, executions: Sequence[Execution]) -> str | None:
    """Return the newest file if it is newer than every training, None if there is none.

    `executions` are newest first. A training reads the files that exist when it starts, so one
    that was running, or the cooldown, must not cost the file its training.
    """
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX)
    files = [item for page in pages for item in page.get("Contents", [])]
    if not files:
        return None
    newest = max(files, key=lambda item: (item["LastModified"], item["Key"]))
    if executions and newest["LastModified"] <= executions[0].started:
        return None
    return newest["Key"]
