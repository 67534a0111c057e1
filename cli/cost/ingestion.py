"""Use of AWS by stages ① to ③, from the rate of transactions. Pure.

Data transfer is free within one region.
"""

from dataclasses import dataclass
from math import ceil

from cli.cost.use import GB, HOURS, MINUTES, SECONDS, Use

KB = 1024
LAMBDA_GB = 0.5  # of both functions
POLLER_VCPU, POLLER_GB = 0.25, 0.5  # of the Fargate task
SHARD_BYTES = 1_000_000  # per second
MAX_EVENT_BYTES = 256_000
FEATURE_WRITER_SECONDS = 0.1  # per invocation; assumed
FLINK_STORAGE_GB = 50  # per KPU
RETENTION_MONTHS = 12  # of the raw archive: data.expire_days.raw is 365


@dataclass(frozen=True, slots=True)
class Load:
    """Events and objects of a rate, per month on average."""

    bytes_per_second: float  # of events, uncompressed
    compressed_share: float
    poll_seconds: float
    object_seconds: float  # between two raw objects
    parts_per_minute: float  # raw objects with transactions of one minute
    retention_months: float = RETENTION_MONTHS

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


def shared(load: Load, *, public_address: bool = True) -> list[Use]:
    """Return the use by poller, bus and raw archive, which both engines need."""
    record = 5 * KB * ceil(load.event_bytes / (5 * KB))
    archived = load.bytes_per_second * SECONDS * load.compressed_share / GB
    address = [Use("poller", "public IPv4 address", HOURS, "ipv4_hour")] if public_address else []
    return [
        Use("poller", "Fargate vCPU", HOURS * POLLER_VCPU, "fargate_arm_vcpu_hour"),
        Use("poller", "Fargate memory", HOURS * POLLER_GB, "fargate_arm_gb_hour"),
        *address,
        Use(
            "EventBridge",
            "events",
            load.events * ceil(load.event_bytes / (64 * KB)),
            "eventbridge_64kb",
        ),
        Use("Firehose", "records", load.events * record / GB, "firehose_gb"),
        Use("S3 raw", "writes", load.objects, "s3_put"),
        Use("S3 raw", "storage", archived * load.retention_months, "s3_gb_month"),
    ]


def engine_lambda(load: Load, seconds: float) -> list[Use]:
    """Return the use by `window_aggregator`, which takes `seconds` per object.

    For a minute of n parts it writes n parts, lists n times, and reads n (n - 1) / 2 parts.
    """
    n = load.parts_per_minute
    reads = MINUTES * n * (n - 1) / 2 + load.objects
    return [
        Use("Lambda", "window_aggregator: invocations", load.objects, "lambda_request"),
        Use(
            "Lambda",
            "window_aggregator: duration",
            load.objects * seconds * LAMBDA_GB,
            "lambda_arm_gb_second",
        ),
        Use("S3 parts", "writes and lists", MINUTES * 2 * n, "s3_put"),
        Use("S3 parts", "reads", reads, "s3_get"),
        Use("Feature Store", "writes of rows", MINUTES * n, "feature_store_write"),
    ]


def engine_flink(load: Load, kpus: int, firings: float, shards: int | None = None) -> list[Use]:
    """Return the use by Kinesis, the KPUs, and one `feature_writer` invocation per firing.

    `firings` are rows per minute. `shards` of transactions: by default as many as the load needs.
    """
    transactions = ceil(load.bytes_per_second / SHARD_BYTES) if shards is None else shards
    writes = MINUTES * firings
    units = load.events * ceil(load.event_bytes / (25 * KB)) + writes
    seconds = writes * FEATURE_WRITER_SECONDS
    return [
        # One shard each for minutes and dead letters.
        Use("Kinesis", "shards", (2 + transactions) * HOURS, "kinesis_shard_hour"),
        Use("Kinesis", "put units", units, "kinesis_put_unit"),
        Use("Flink", "KPUs, one for orchestration", (kpus + 1) * HOURS, "flink_kpu_hour"),
        Use("Flink", "storage", kpus * FLINK_STORAGE_GB, "flink_storage_gb_month"),
        Use("Lambda", "feature_writer: invocations", writes, "lambda_request"),
        Use("Lambda", "feature_writer: duration", seconds * LAMBDA_GB, "lambda_arm_gb_second"),
        Use("Feature Store", "writes of rows", writes, "feature_store_write"),
    ]
