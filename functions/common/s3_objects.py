"""Read S3 objects by their URI or if they exist, and evaluation.json of a model version."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_uri(s3: "S3Client", uri: str) -> bytes:
    """Return the object at `s3://bucket/key`."""
    location = urlsplit(uri)
    return s3.get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))["Body"].read()


def read_evaluation(s3: "S3Client", package: Mapping[str, Any]) -> bytes:
    """Return evaluation.json of a version, given its DescribeModelPackage response."""
    return read_uri(s3, package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])


def read_if_exists(s3: "S3Client", bucket: str, key: str) -> bytes | None:
    """Read an object, None if there is none."""
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
