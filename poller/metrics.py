"""Metrics of the poller in CloudWatch's embedded metric format, once a minute, on stdout."""

from collections import Counter

from aws_lambda_powertools.metrics import MetricUnit

from common.observability import EventTimeMetrics
from poller.poll import Poll


class Metrics:
    """Counts per minute.

    The heartbeat and what was rejected have the time of the poll where a source has a clock:
    rejected items may have no time, and if there are no others, the time of the events stands
    still. Counts of transactions have the time of the events, so that metrics and archive can be
    compared.
    """

    def __init__(self, namespace: str) -> None:
        self._heartbeat = _Counts(namespace)
        self._transactions = _Counts(namespace)

    def add(self, poll: Poll, published: int, rejected: int) -> None:
        """Count a poll and its transactions; the bus may have rejected some as well."""
        # CloudWatch bills a metric by the hours in which it has data: no zeros of what is rare.
        rare = {"PollsRejected": 1} if poll.mostly_rejected else {}
        self._heartbeat.add(
            poll.polled_at or poll.time,
            Polls=1,
            PollGaps=int(poll.gap),
            TransactionsRejected=rejected,
            **rare,
        )
        self._transactions.add(
            poll.time,
            TransactionsPolled=len(poll.transactions),
            TransactionsPublished=published,
        )

    def flush(self) -> None:
        """Write the counts of the last minute."""
        self._heartbeat.flush()
        self._transactions.flush()


class _Counts:
    """Counts that are written when the next minute starts."""

    def __init__(self, namespace: str) -> None:
        # An empty service: by default it would become a dimension.
        self._metrics = EventTimeMetrics(namespace=namespace, service="")
        self._values: Counter[str] = Counter()
        self._time = 0  # epoch seconds

    def add(self, time: int, **values: int) -> None:
        if time // 60 > self._time // 60:
            self.flush()
        self._time = time
        self._values.update(values)

    def flush(self) -> None:
        if not self._time or not any(self._values.values()):
            return
        self._metrics.set_timestamp(self._time * 1000)
        for name, value in self._values.items():
            self._metrics.add_metric(name, MetricUnit.Count, value)
        self._metrics.flush_metrics()
        self._values.clear()
