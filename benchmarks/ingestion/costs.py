"""Monthly cost on AWS: quantities from rate and measurements, times list prices. Pure.

Excluded, because both engines and all rates have it: the key, logs, metrics and alarms, and the
stages after ②. Data transfer is free within one region.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

HOURS = 730  # per month
MINUTES = HOURS * 60
SECONDS = HOURS * 3600
KB, GB = 1024, 1e9
LAMBDA_GB = 0.5  # of both functions
POLLER_VCPU, POLLER_GB = 0.25, 0.5  # of the Fargate task
SHARD_BYTES = 1_000_000  # per second
MAX_EVENT_BYTES = 256_000
FEATURE_WRITER_SECONDS = 0.1  # per invocation; assumed
RETENTION_MONTHS = 12  # of the raw archive: data.expire_days.raw is 365

Items = dict[str, float]  # service -> USD per month


@dataclass(frozen=True, slots=True)
class Load:
    """Events and objects of a rate, per month on average."""

    bytes_per_second: float  # of events, uncompressed
    compressed_share: float
    poll_seconds: float
    object_seconds: float  # between two raw objects
    parts_per_minute: float  # raw objects with transactions of one minute

    @property
    def events(self) -> float:
        """Events per month."""
        return ceil(self.bytes_per_second * self.poll_seconds / MAX_EVENT_BYTES) * self.polls

    @property
    def polls(self) -> float:
        """Polls per month."""
        return SECONDS / self.poll_seconds

    @property
    def event_bytes(self) -> float:
        """Mean size of an event."""
        return self.bytes_per_second * SECONDS / self.events

    @property
    def objects(self) -> float:
        """Raw objects per month."""
        return SECONDS / self.object_seconds


def shared(load: Load, price: Mapping[str, float]) -> Items:
    """Return the cost of poller, bus and raw archive, which both engines need."""
    record = 5 * KB * ceil(load.event_bytes / (5 * KB))
    archived = load.bytes_per_second * SECONDS * load.compressed_share / GB
    hour = POLLER_VCPU * price["fargate_arm_vcpu_hour"] + POLLER_GB * price["fargate_arm_gb_hour"]
    return {
        "poller": HOURS * (hour + price["ipv4_hour"]),
        "EventBridge": (
            load.events * ceil(load.event_bytes / (64 * KB)) * price["eventbridge_64kb"]
        ),
        "Firehose": load.events * record / GB * price["firehose_gb"],
        "S3 raw": load.objects * price["s3_put"]
        + archived * RETENTION_MONTHS * price["s3_gb_month"],
    }


def engine_lambda(load: Load, seconds: float, price: Mapping[str, float]) -> Items:
    """Return the cost with `window_aggregator`, which takes `seconds` per object.

    For a minute of n parts it writes n parts, lists n times, and reads n (n - 1) / 2 parts.
    """
    n = load.parts_per_minute
    requests = MINUTES * (2 * n * price["s3_put"] + n * (n - 1) / 2 * price["s3_get"])
    return {
        **shared(load, price),
        "Lambda": load.objects
        * (price["lambda_request"] + seconds * LAMBDA_GB * price["lambda_arm_gb_second"]),
        "S3 parts": requests + load.objects * price["s3_get"],
        "Feature Store": MINUTES * n * price["feature_store_write"],
    }


def engine_flink(load: Load, kpus: int, firings: float, price: Mapping[str, float]) -> Items:
    """Return the cost with Kinesis, the KPUs, and one `feature_writer` invocation per firing."""
    shards = 2 + ceil(load.bytes_per_second / SHARD_BYTES)  # one each for minutes and dead letters
    units = load.events * ceil(load.event_bytes / (25 * KB)) + MINUTES * firings
    writes = MINUTES * firings
    return {
        **shared(load, price),
        "Kinesis": (
            shards * HOURS * price["kinesis_shard_hour"] + units * price["kinesis_put_unit"]
        ),
        "Flink": (kpus + 1) * HOURS * price["flink_kpu_hour"]
        + kpus * 50 * price["flink_storage_gb_month"],
        "Lambda": writes
        * (
            price["lambda_request"]
            + FEATURE_WRITER_SECONDS * LAMBDA_GB * price["lambda_arm_gb_second"]
        ),
        "Feature Store": writes * price["feature_store_write"],
    }
