"""Read S3 objects by their URI, and evaluation.json of a model version."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_uri(s3: "S3Client", uri: str) -> bytes:
    """Return the object at `s3://bucket/key`."""
    location = urlsplit(uri)
    return s3.get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))["Body"].read()


def read_evaluation(s3: "S3Client", package: Mapping[str, Any]) -> bytes:
    """Return evaluation.json of a version, given its DescribeModelPackage response."""
    return read_uri(s3, package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
