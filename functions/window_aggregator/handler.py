"""S3 `Object Created` below raw/ -> a part and rows for every minute in the object.

The part is written before the parts of the minute are listed, so the later one of two concurrent
writers sees both parts. Even after duplicates, delays and reordering, the row that the store keeps
is computed from all parts.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes.event_bridge_event import EventBridgeEvent
from aws_lambda_powertools.utilities.data_classes.event_source import event_source
from botocore.config import Config

from common import times
from common.feature_groups import Settings
from common.observability import add_metrics, logger, metrics
from window_aggregator import feature_record, parts, raw_object
from window_aggregator.minute_set import Columns

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

THREADS = 8
CONFIG = Config(max_pool_connections=THREADS, retries={"mode": "standard"})

s3 = boto3.client("s3", config=CONFIG)
store = boto3.client("sagemaker-featurestore-runtime", config=CONFIG)
pool = ThreadPoolExecutor(THREADS)


# The data class for S3 would URL-decode keys, which EventBridge does not encode.
@logger.inject_lambda_context
@metrics.log_metrics
@event_source(data_class=EventBridgeEvent)
def lambda_handler(event: EventBridgeEvent, _context: "LambdaContext") -> dict[str, int]:
    """Aggregate one raw object; return counts. Raises RawObjectError for invalid content."""
    settings = Settings.from_env()
    bucket, key = event.detail["bucket"]["name"], event.detail["object"]["key"]
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        raw = raw_object.parse(body)
    except raw_object.RawObjectError as error:
        raise raw_object.RawObjectError(f"s3://{bucket}/{key}: {error}") from error
    jobs = [
        pool.submit(_aggregate, settings, bucket, key, minute, columns)
        for minute, columns in raw.minutes.items()
    ]
    wait(jobs)  # even after a failure: a running job would continue in the next invocation
    conflicts = sum(job.result() for job in jobs)
    values = {
        "ConflictingTransactions": conflicts,
        "LateTransactions": raw.late,
        "RowsWritten": len(raw.minutes),
    }
    add_metrics(times.parse(event.time), values, MetricUnit.NoUnit)
    counts = {
        "minutes": len(raw.minutes),
        "transactions": sum(len(hashes) for hashes, _ in raw.minutes.values()),
        "conflicts": conflicts,
        "late": raw.late,
    }
    logger.info("object aggregated", key=key, extra=counts)
    if raw.rejected:  # after everything else was written
        count, first = len(raw.rejected), raw.rejected[0]
        raise raw_object.RawObjectError(f"s3://{bucket}/{key}: {count} rejected, first: {first}")
    return counts


def _aggregate(settings: Settings, bucket: str, key: str, minute: str, columns: Columns) -> int:
    """Write the part, then the rows of all parts; return the number of conflicting fees."""
    own_key = parts.part_key(minute, key)
    parts.write(s3, bucket, own_key, columns)
    fees, count = parts.union(s3, bucket, minute, own_key, columns)
    # Oldest version first: an unknown feature of a later version must not stop it.
    for group, features in settings.feature_groups:
        record = feature_record.record(minute, fees, count, features)
        store.put_record(FeatureGroupName=group, Record=record)
    return feature_record.conflicts(fees)
