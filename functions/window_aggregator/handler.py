"""S3 `Object Created` below raw/ -> a part and rows for every minute in the object.

The part is written before the minute is listed, so of two writers at once the later one to list
sees both parts. Whatever is delivered twice, late or out of order, the last row written that the
store keeps is made from all parts.
"""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import boto3
from botocore.config import Config

from common import logs, metrics, settings, times
from window_aggregator import parts, raw, rows
from window_aggregator.fees import Columns

THREADS = 8
CONFIG = Config(max_pool_connections=THREADS, retries={"mode": "standard"})

s3 = boto3.client("s3", config=CONFIG)
store: Any = boto3.client("sagemaker-featurestore-runtime", config=CONFIG)
pool = ThreadPoolExecutor(THREADS)


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Aggregate one raw object -> counts of what was done."""
    bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        found = raw.read(body)
    except raw.RawError as error:
        raise raw.RawError(f"s3://{bucket}/{key}: {error}") from error
    jobs = [
        pool.submit(_aggregate, bucket, key, minute, said)
        for minute, said in found.minutes.items()
    ]
    wait(jobs)  # all of them, or some would go on in the next invocation
    conflicts = sum(job.result() for job in jobs)
    counted: dict[str, float] = {
        "ConflictingTransactions": conflicts,
        "LateTransactions": found.late,
        "RowsWritten": len(found.minutes),
    }
    metrics.emit(times.parse(event["time"]), counted)
    done = {
        "minutes": len(found.minutes),
        "transactions": sum(len(names) for names, _ in found.minutes.values()),
        "conflicts": conflicts,
        "late": found.late,
    }
    logs.line("object aggregated", key=key, **done)
    if found.refused:  # the rest is in its rows
        count, first = len(found.refused), found.refused[0]
        raise raw.RawError(f"s3://{bucket}/{key}: {count} refused, the first: {first}")
    return done


def _aggregate(bucket: str, key: str, minute: str, said: Columns) -> int:
    """Write the part, then the rows of all parts -> transactions that disagreed on their fee."""
    own = parts.key(minute, key)
    parts.write(s3, bucket, own, said)
    everything, count = parts.union(s3, bucket, minute, own, said)
    # The first version comes first: what a younger one asks for in vain keeps nothing from it.
    for group, features in json.loads(settings.required("FEATURE_GROUPS")):
        record = rows.record(minute, everything, count, features)
        store.put_record(FeatureGroupName=group, Record=record)
    return rows.conflicts(everything)
