"""Reads minutes from SageMaker Feature Store: offline parquet files in S3, the newest online."""

import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow.parquet as pq

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps.minutes import MINUTE, Row, iso, parsed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

FEATURES = ("tx_minute", "total_nb_trx_1min", "total_fee_1min", "avg_fee_1min", "event_time")
COLUMNS = [*FEATURES, "api_invocation_time", "write_time", "is_deleted"]
ROUNDS = 5  # of asking again for what the online store left unprocessed


def client(service: Any) -> Any:
    """Make a client; a container is told its region as AWS_REGION, which boto3 does not read."""
    return boto3.client(service, region_name=os.environ.get("AWS_REGION"))


def offline_location(sagemaker: "SageMakerClient", group: str) -> tuple[str, str]:
    """Give the bucket and the key prefix of a feature group's offline rows."""
    described = sagemaker.describe_feature_group(FeatureGroupName=group)
    store = described.get("OfflineStoreConfig")
    if store is None:
        raise JobError(f"the feature group {group} has no offline store to read history from")
    uri = store["S3StorageConfig"].get("ResolvedOutputS3Uri", "").rstrip("/")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key if key.endswith("/data") else f"{key}/data"


def hour_partitions(first: datetime, end: datetime) -> Iterator[str]:
    """Name the partitions that hold the minutes from first to end (exclusive).

    Rows lie in the hour of their event time, which is one to two minutes after their minute.
    """
    hour = (first + MINUTE).replace(minute=0, second=0, microsecond=0)
    while hour < end + 2 * MINUTE:
        yield hour.strftime("year=%Y/month=%m/day=%d/hour=%H/")
        hour += timedelta(hours=1)


def offline_rows(
    s3: "S3Client", bucket: str, prefix: str, first: datetime, end: datetime
) -> Iterator[Row]:
    """Read every row of the hours between two minutes."""
    pages = s3.get_paginator("list_objects_v2")
    keys = [
        entry["Key"]
        for partition in hour_partitions(first, end)
        for page in pages.paginate(Bucket=bucket, Prefix=f"{prefix}/{partition}")
        for entry in page.get("Contents", [])
        if entry["Key"].endswith(".parquet")
    ]

    def read(key: str) -> bytes:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    with ThreadPoolExecutor(8) as pool:
        for content in pool.map(read, keys):
            yield from parquet_rows(content)


def parquet_rows(content: bytes) -> Iterator[Row]:
    """Read the rows of one parquet file."""
    # A file handle, not a path: of a path pyarrow would make columns out of year=…/month=….
    table = pq.ParquetFile(io.BytesIO(content)).read(columns=COLUMNS)
    for row in table.to_pylist():
        yield Row(
            minute=parsed(row["tx_minute"]),
            average_fee=_number(row["avg_fee_1min"]),
            event_time=_time(row["event_time"]),
            transactions=_number(row.get("total_nb_trx_1min")),
            total_fee=_number(row.get("total_fee_1min")),
            api_invocation_time=_time(row["api_invocation_time"]),
            write_time=_time(row["write_time"]),
            is_deleted=str(row["is_deleted"]).lower() == "true",
        )


def online_rows(
    runtime: "SageMakerFeatureStoreRuntimeClient", group: str, minutes: Iterable[datetime]
) -> Iterator[Row]:
    """Read at most 100 minutes; the online store has them 15 minutes before the offline store."""
    wanted: list[Any] = [
        {
            "FeatureGroupName": group,
            "RecordIdentifiersValueAsString": [iso(minute) for minute in minutes],
            "FeatureNames": list(FEATURES),
        }
    ]
    for _ in range(ROUNDS):
        answer = runtime.batch_get_record(Identifiers=wanted)
        if errors := answer["Errors"]:
            raise JobError(f"the online store refused minutes: {errors[0]['ErrorMessage']}")
        for record in answer["Records"]:
            values = {v["FeatureName"]: v["ValueAsString"] for v in record["Record"]}
            yield Row(
                minute=parsed(values["tx_minute"]),
                average_fee=_number(values.get("avg_fee_1min")),
                event_time=parsed(values["event_time"]),
                transactions=_number(values.get("total_nb_trx_1min")),
                total_fee=_number(values.get("total_fee_1min")),
            )
        wanted = answer["UnprocessedIdentifiers"]
        if not wanted:
            return
    raise JobError(f"the online store left minutes unprocessed {ROUNDS} times")


def _number(value: Any) -> float | None:
    """Read a number, which the online store holds as text; None for one that is not there."""
    return None if value is None else float(value)


def _time(value: Any) -> datetime:
    """Read a time that parquet may hold as text or as a timestamp, with or without a zone."""
    return parsed(value if isinstance(value, str) else value.isoformat())
