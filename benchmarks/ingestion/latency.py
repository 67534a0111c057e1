"""Time from a minute's end to its complete row, and the shares of all limits. Pure.

Calculated from configured waits and measured work. Transport (EventBridge, S3 events, Kinesis:
about a second each by their documentation) is neither measured nor included.
"""

from dataclasses import dataclass

from window_aggregator import feature_record

LAMBDA_MB, VCPU_MB = 512, 1769  # Lambda: with 1,769 MB a function has one vCPU
LAMBDA_SHARE = LAMBDA_MB / VCPU_MB
WATERMARK_SECONDS = 60  # of the Flink job, its default
BATCH_SECONDS = 1  # batching window of the event source mapping
SHARD_BYTES = 1_000_000  # per second
FIREHOSE_BYTES = 1_048_576  # per second, default in most regions (us-east-1: five times as much)
PUT_EVENTS = 600  # per second, default in most regions (us-east-1: 10,000)
CONCURRENCY = 1_000  # Lambda's default for an account
POLLER_VCPU = 0.25


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds: at most for the poll, at most for the buffer or watermark, and for the work."""

    poll: float
    wait: float
    work: float

    @property
    def maximum(self) -> float:
        """Sum of all, in the worst case."""
        return self.poll + self.wait + self.work

    @property
    def mean(self) -> float:
        """Mean for a poll and a buffer, each of which takes half of its maximum on average."""
        return self.poll / 2 + self.wait / 2 + self.work

    @property
    def watermark_mean(self) -> float:
        """Mean for a poll and a watermark, whose delay always passes in full."""
        return self.poll / 2 + self.wait + self.work


def lambda_seconds(cpu_seconds: float) -> float:
    """Return the duration of CPU seconds on the share of a vCPU of a function with 512 MB."""
    return cpu_seconds / LAMBDA_SHARE


def lambda_latency(poll_seconds: float, object_seconds: float, cpu_seconds: float) -> Latency:
    """Return poll, Firehose's buffer, and the function on the object that completes the minute."""
    return Latency(poll_seconds, object_seconds, lambda_seconds(cpu_seconds))


def flink_latency(poll_seconds: float, rate: float, speed: float, kpus: int) -> Latency:
    """Return poll, watermark, and the work on one poll's transactions, which arrive at once.

    `speed` is in transactions per CPU second; a KPU has one vCPU.
    """
    work = poll_seconds * rate / (speed * kpus) + BATCH_SECONDS
    return Latency(poll_seconds, WATERMARK_SECONDS, work)


def limit_shares(
    *,
    rate: float,  # transactions per second
    bytes_per_second: float,
    put_events: float,  # requests per second
    parts_per_minute: float,
    poller_speed: float,  # transactions per CPU second
    flink_speed: float,  # transactions per CPU second; 0: not measured
    object_seconds: float,
    lambda_seconds: float,
    lambda_peak_mb: float,
) -> dict[str, float]:
    """Return which share of each limit a rate uses; above 1 the configuration does not suffice."""
    members = rate * 60
    return {
        "poller: CPU of its task": rate / (poller_speed * POLLER_VCPU),
        "EventBridge: PutEvents, default in most regions": put_events / PUT_EVENTS,
        "Firehose: bytes, default in most regions": bytes_per_second / FIREHOSE_BYTES,
        "lambda: versions of a minute": (
            members / feature_record.MAX_COUNTED
            if members <= feature_record.MAX_COUNTED
            else parts_per_minute / feature_record.MAX_PARTS
        ),
        "lambda: memory": lambda_peak_mb / LAMBDA_MB,
        "lambda: concurrency": lambda_seconds / object_seconds / CONCURRENCY,
        "flink: bytes of one Kinesis shard": bytes_per_second / SHARD_BYTES,
        **({"flink: CPU of one KPU": rate / flink_speed} if flink_speed else {}),
    }
