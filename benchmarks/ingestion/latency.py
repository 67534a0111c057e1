"""How long after its end a minute's row is complete, and what ends where. Pure.

Composed of configured waits and measured work. Transport (EventBridge, S3 events, Kinesis: about a
second each by their documentation) was not measured and is not in it.
"""

from dataclasses import dataclass

from window_aggregator import feature_record

LAMBDA_MB, VCPU_MB = 512, 1769  # Lambda: at 1,769 MB a function has one vCPU
LAMBDA_SHARE = LAMBDA_MB / VCPU_MB
WATERMARK_SECONDS = 60  # of the Flink job, its default
MAPPING_SECONDS = 1  # what Kinesis' event source mapping waits for a batch
SHARD_BYTES = 1_000_000  # a second
FIREHOSE_BYTES = 1_048_576  # a second, by default in most regions (us-east-1: five times as much)
PUT_EVENTS = 600  # a second, by default in most regions (us-east-1: 10,000)
CONCURRENCY = 1_000  # Lambda's default for an account
POLLER_VCPU = 0.25


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds, at most: the wait for a poll, for the buffer or watermark, and the work."""

    poll: float
    wait: float
    work: float

    @property
    def most(self) -> float:
        """All in the worst order."""
        return self.poll + self.wait + self.work

    @property
    def mean(self) -> float:
        """A poll's wait is half of it on average, and a buffer's too."""
        return self.poll / 2 + self.wait / 2 + self.work

    @property
    def watermark_mean(self) -> float:
        """A watermark's delay is waited for in full."""
        return self.poll / 2 + self.wait + self.work


def in_lambda(cpu_seconds: float) -> float:
    """Return how long CPU seconds take on the share of a vCPU that 512 MB come with."""
    return cpu_seconds / LAMBDA_SHARE


def of_lambda(poll_seconds: float, object_seconds: float, cpu_seconds: float) -> Latency:
    """Poll, Firehose's buffer, the function on the object that completes the minute."""
    return Latency(poll_seconds, object_seconds, in_lambda(cpu_seconds))


def of_flink(poll_seconds: float, rate: float, events_a_cpu_second: float, kpus: int) -> Latency:
    """Poll, watermark and, as it comes at once, a poll's transactions on KPUs of a vCPU each."""
    work = poll_seconds * rate / (events_a_cpu_second * kpus) + MAPPING_SECONDS
    return Latency(poll_seconds, WATERMARK_SECONDS, work)


def shares(
    *,
    rate: float,
    bytes_a_second: float,
    put_events: float,  # a second
    parts_a_minute: float,
    poller_events: float,  # a CPU second
    flink_events: float,  # a CPU second; 0: not measured
    object_seconds: float,
    lambda_seconds: float,
    lambda_peak_mb: float,
) -> dict[str, float]:
    """Return how much of each limit a rate uses; above 1 it does not work as configured."""
    members = rate * 60
    return {
        "poller: CPU of its task": rate / (poller_events * POLLER_VCPU),
        "EventBridge: PutEvents, default in most regions": put_events / PUT_EVENTS,
        "Firehose: bytes, default in most regions": bytes_a_second / FIREHOSE_BYTES,
        "lambda: versions of a minute": (
            members / feature_record.MAX_COUNTED
            if members <= feature_record.MAX_COUNTED
            else parts_a_minute / feature_record.MAX_PARTS
        ),
        "lambda: memory": lambda_peak_mb / LAMBDA_MB,
        "lambda: concurrency": lambda_seconds / object_seconds / CONCURRENCY,
        "flink: bytes of one Kinesis shard": bytes_a_second / SHARD_BYTES,
        **({"flink: CPU of one KPU": rate / flink_events} if flink_events else {}),
    }
