"""List and copy the files of a version between the buckets of two accounts."""

import base64
import hashlib
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

from version_importer.promoted_version import File

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK = 1024**2


class IncompleteFileError(RuntimeError):
    """Fewer bytes arrived than the object has; Lambda retries."""


def listed(s3: "S3Client", bucket: str, prefixes: Iterable[str]) -> list[File]:
    """Return all objects below the prefixes; a prefix that is no folder stands for one object."""
    found: dict[str, File] = {}
    for prefix in prefixes:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                key = item["Key"]
                if prefix.endswith("/") or key == prefix:
                    found[key] = File(key, item["Size"], item["ETag"], item["LastModified"])
    return list(found.values())


def copy(s3: "S3Client", source: str, file: File, bucket: str, key: str) -> None:
    """Copy one object; S3 refuses the copy unless it has the checksum of what was read.

    It is read only as it was listed: a change since then is an error.
    """
    response = s3.get_object(Bucket=source, Key=file.key, IfMatch=file.etag)
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as spool:
        for chunk in response["Body"].iter_chunks(CHUNK):
            digest.update(chunk)
            spool.write(chunk)
        if spool.tell() != file.size:
            raise IncompleteFileError(f"{file.key}: got {spool.tell()} of {file.size} bytes")
        spool.seek(0)
        checksum = base64.b64encode(digest.digest()).decode()
        s3.put_object(Bucket=bucket, Key=key, Body=spool, ChecksumSHA256=checksum)
