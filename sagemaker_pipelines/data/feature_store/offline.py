"""Read the offline store: Parquet files in S3, pruned by partition."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from botocore.exceptions import ClientError

from common.feature_rows import MINUTE
from sagemaker_pipelines.data.feature_store import rows
from sagemaker_pipelines.data.feature_store.partitions import PartitionRange, partition_range
from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

THREADS = 10  # size of a client's connection pool
MAX_LISTINGS = 5  # while a compaction replaces files during the read


@dataclass(frozen=True, slots=True)
class OfflineStore:
    """Where a feature group's offline rows are, and what is known of its records."""

    bucket: str
    prefix: str  # ends in /data
    lifetime: timedelta | None = None  # time to live of online records
    features: tuple[str, ...] = ()  # that are numbers

    def keys(self, s3: "S3Client", within: PartitionRange) -> Iterator[str]:
        """Yield the keys of a range's Parquet files in order of time."""
        start = f"{self.prefix}/"
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=start, StartAfter=start + within.first
        )
        for page in pages:
            for entry in page.get("Contents", []):
                key = entry["Key"]
                if within.begins_after(key.removeprefix(start)):
                    return
                if key.endswith(".parquet"):
                    yield key


def find(sagemaker: "SageMakerClient", group: str) -> OfflineStore:
    """Return the offline store of a feature group; JobError if it has none."""
    described = sagemaker.describe_feature_group(FeatureGroupName=group)
    store = described.get("OfflineStoreConfig")
    if store is None:
        raise JobError(f"the feature group {group} has no offline store to read history from")
    uri = store["S3StorageConfig"].get("ResolvedOutputS3Uri", "").rstrip("/")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    duration = described.get("OnlineStoreConfig", {}).get("TtlDuration")
    lifetime = timedelta(**{duration["Unit"].lower(): duration["Value"]}) if duration else None
    numbers = tuple(
        feature["FeatureName"]
        for feature in described["FeatureDefinitions"]
        if feature["FeatureType"] != "String"
    )
    return OfflineStore(bucket, key if key.endswith("/data") else f"{key}/data", lifetime, numbers)


def read(
    s3: "S3Client",
    store: OfflineStore,
    first: datetime,
    end: datetime,
    features: Sequence[str],
    as_of: datetime | None = None,
) -> pa.Table:
    """Read all rows of the minutes in [first, end), all versions; see `rows.latest`.

    With `as_of`, only the rows that were known at that time (`rows.known`). Malformed rows
    (`rows.malformed`) may be of any minute: they are returned as well, without `as_of`.
    """
    tables = _files(s3, store, partition_range(first, end, store.lifetime, as_of), features)
    found = rows.combined([rows.empty(features), *tables])
    minutes = found[MINUTE]
    inside = pc.and_(
        pc.greater_equal(minutes, pa.scalar(first, minutes.type)),
        pc.less(minutes, pa.scalar(end, minutes.type)),
    )
    found = found.filter(pc.or_kleene(inside, pc.is_null(minutes)))
    return found if as_of is None else rows.known(found, as_of)


def _files(
    s3: "S3Client", store: OfflineStore, within: PartitionRange, features: Sequence[str]
) -> list[pa.Table]:
    """Read each file of a range once.

    A compaction deletes listed files only after their rows are in a new file, which the next
    listing shows. Rows that are read from both files are equal.
    """
    tables: dict[str, pa.Table] = {}

    def fetch(key: str) -> pa.Table | None:
        content = get(s3, store.bucket, key)
        try:
            return None if content is None else rows.parquet(content, features)
        except pa.ArrowException as error:
            raise JobError(
                f"s3://{store.bucket}/{key} is not a Parquet file of rows: {str(error)[:200]}."
            ) from error

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(MAX_LISTINGS):
            new = [key for key in store.keys(s3, within) if key not in tables]
            found = dict(zip(new, pool.map(fetch, new), strict=True))
            tables |= {key: table for key, table in found.items() if table is not None}
            if None not in found.values():
                return list(tables.values())
    raise JobError(f"files below {store.prefix} were replaced during {MAX_LISTINGS} listings")


def get(s3: "S3Client", bucket: str, key: str) -> bytes | None:
    """Read an object; return None if it no longer exists."""
    try:
        content: Any = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None
    return bytes(content)
