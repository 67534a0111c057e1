"""What a month costs on AWS: quantities from rate and measurements, times list prices. Pure.

Not in it, because both engines and all rates share it: the key, logs, metrics and alarms, and what
comes after ②. Nor data transfer: all of it is within one region.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

PRICES = Path(__file__).with_name("prices.json")
HOURS = 730  # a month
MINUTES = HOURS * 60
SECONDS = HOURS * 3600
KB, GB = 1024, 1e9
LAMBDA_GB = 0.5  # of both functions
POLLER_VCPU, POLLER_GB = 0.25, 0.5  # of the Fargate task
SHARD = 1_000_000  # bytes a second
MOST_EVENT = 256_000  # bytes
FEATURE_WRITER_SECONDS = 0.1  # an invocation; assumed
KEPT_MONTHS = 12  # of the raw archive: data.expire_days.raw is 365

Items = dict[str, float]  # what -> USD a month


@dataclass(frozen=True, slots=True)
class Load:
    """What a rate means in events and objects, a month on average."""

    bytes_a_second: float  # of events, uncompressed
    compressed_share: float
    poll_seconds: float
    object_seconds: float  # between two raw objects
    parts_a_minute: float  # raw objects that hold some of it

    @property
    def events(self) -> float:
        """How many events a month."""
        return ceil(self.bytes_a_second * self.poll_seconds / MOST_EVENT) * self.polls

    @property
    def polls(self) -> float:
        """How many polls a month."""
        return SECONDS / self.poll_seconds

    @property
    def event_bytes(self) -> float:
        """How large an event is."""
        return self.bytes_a_second * SECONDS / self.events

    @property
    def objects(self) -> float:
        """How many raw objects a month."""
        return SECONDS / self.object_seconds


def prices() -> dict[str, float]:
    """Read the prices (USD a unit)."""
    return {name: one["usd"] for name, one in json.loads(PRICES.read_text())["prices"].items()}


def shared(load: Load, price: Mapping[str, float]) -> Items:
    """Cost what both engines need: poller, bus, raw archive."""
    record = 5 * KB * ceil(load.event_bytes / (5 * KB))
    archived = load.bytes_a_second * SECONDS * load.compressed_share / GB
    hour = POLLER_VCPU * price["fargate_arm_vcpu_hour"] + POLLER_GB * price["fargate_arm_gb_hour"]
    return {
        "poller": HOURS * (hour + price["ipv4_hour"]),
        "EventBridge": (
            load.events * ceil(load.event_bytes / (64 * KB)) * price["eventbridge_64kb"]
        ),
        "Firehose": load.events * record / GB * price["firehose_gb"],
        "S3 raw": load.objects * price["s3_put"] + archived * KEPT_MONTHS * price["s3_gb_month"],
    }


def engine_lambda(load: Load, seconds: float, price: Mapping[str, float]) -> Items:
    """Cost `window_aggregator`, which takes so many seconds for an object.

    A minute in n parts has them written n times, listed n times, and read n (n - 1) / 2 times.
    """
    n = load.parts_a_minute
    requests = MINUTES * (2 * n * price["s3_put"] + n * (n - 1) / 2 * price["s3_get"])
    return {
        **shared(load, price),
        "Lambda": load.objects
        * (price["lambda_request"] + seconds * LAMBDA_GB * price["lambda_arm_gb_second"]),
        "S3 parts": requests + load.objects * price["s3_get"],
        "Feature Store": MINUTES * n * price["feature_store_write"],
    }


def engine_flink(load: Load, kpus: int, firings: float, price: Mapping[str, float]) -> Items:
    """Cost Kinesis, so many KPUs, and `feature_writer`, of which each firing is an invocation."""
    shards = 2 + ceil(load.bytes_a_second / SHARD)  # one each for minutes and dead letters
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
