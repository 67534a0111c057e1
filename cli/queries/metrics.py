"""What the poller counted, as far as CloudWatch still has it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from cli.connection import Connection
from cli.time_range import TimeRange
from common.times import MINUTE, iso, parse

# Age up to which CloudWatch keeps datapoints of a period; API reference, GetMetricStatistics.
RETENTION = {
    MINUTE: timedelta(days=15),
    5 * MINUTE: timedelta(days=63),
    60 * MINUTE: timedelta(days=455),
}
# A datapoint that arrives with an older time is dropped, as in a replay of an old file.
LATEST_DELIVERY = timedelta(days=14)
MAX_DATAPOINTS = 1440  # in a response
EPOCH = datetime.fromtimestamp(0, UTC)


class ForgottenError(Exception):
    """CloudWatch has no counts for the range; the message says why."""


@dataclass(frozen=True, slots=True)
class PollerCounts:
    """Sums of the poller's metrics by the first minute (ISO) of each period."""

    period: timedelta
    polls: Counter[str]
    polled: Counter[str]
    published: Counter[str]

    def by_period(self, counts: Counter[str]) -> Counter[str]:
        """Return counts by minute as counts by period."""
        sums: Counter[str] = Counter()
        for minute, count in counts.items():
            time = parse(minute)
            sums[iso(time - (time - EPOCH) % self.period)] += count
        return sums

    def end(self, period: str) -> str:
        """Return the end (ISO) of the period that begins at a minute."""
        return iso(parse(period) + self.period)


def poller_counts(connection: Connection, time_range: TimeRange) -> PollerCounts:
    """Read the counts by the shortest period that CloudWatch keeps; raises ForgottenError."""
    age = connection.now - time_range.start
    period = next((p for p, kept in RETENTION.items() if age < kept), None)
    if period is None:
        days = RETENTION[60 * MINUTE].days
        raise ForgottenError(f"CloudWatch keeps no counts for longer than {days} days")
    if any((time - EPOCH) % period for time in (time_range.start, time_range.end)):
        raise ForgottenError(
            f"CloudWatch keeps counts of this age by {period // MINUTE} minutes: "
            "give --from and --to as multiples"
        )
    names = ("Polls", "TransactionsPolled", "TransactionsPublished")
    found = [sums(connection, name, time_range, period) for name in names]
    if age >= LATEST_DELIVERY and not any(found):
        raise ForgottenError("CloudWatch has no counts of the poller for this range")
    return PollerCounts(period, *found)


def sums(
    connection: Connection, name: str, time_range: TimeRange, period: timedelta
) -> Counter[str]:
    """Return the sums of a metric by the first minute (ISO) of each period."""
    found: Counter[str] = Counter()
    length = MAX_DATAPOINTS * period
    for number in range(ceil((time_range.end - time_range.start) / length)):
        start = time_range.start + number * length
        response = connection.clients("cloudwatch").get_metric_statistics(
            Namespace=connection.outputs.metric_namespace,
            MetricName=name,
            StartTime=start,
            EndTime=min(time_range.end, start + length),
            Period=int(period.total_seconds()),
            Statistics=["Sum"],
        )
        for point in response["Datapoints"]:
            if point["Sum"]:  # zero_publisher publishes zeros, also while nothing is polled
                found[iso(point["Timestamp"].replace(second=0))] += int(point["Sum"])
    return found
