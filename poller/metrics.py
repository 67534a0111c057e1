"""The poller's metrics, as CloudWatch's embedded metric format on standard output."""

import json
from typing import TextIO

from poller.polls import Poll

# Polls is the heartbeat: a minute with polls and without transactions was empty, one without polls
# is unknown. PollGaps counts polls before which something was missed.
HEARTBEAT = ("Polls", "PollGaps")
COUNTS = ("TransactionsPolled", "TransactionsPublished", "TransactionsSetAside")


class Metrics:
    """Counts by minute. The heartbeat's minutes are the clock's, where a source has one.

    The counts' minutes are the events' own, so that archive and metric can be held together.
    """

    def __init__(self, namespace: str, out: TextIO) -> None:
        self._heartbeat = _Minute(HEARTBEAT, namespace, out)
        self._counts = _Minute(COUNTS, namespace, out)

    def add(self, poll: Poll, published: int) -> None:
        """Count what a poll brought, and how much of it was new."""
        self._heartbeat.add(poll.at or poll.time, (1, int(poll.gap)))
        polled, set_aside = len(poll.transactions), len(poll.rejected)
        self._counts.add(poll.time, (polled, published, set_aside))

    def flush(self) -> None:
        """Write what is counted, if anything and if its time is known."""
        self._heartbeat.flush()
        self._counts.flush()


class _Minute:
    """Metrics that are written once a minute."""

    def __init__(self, names: tuple[str, ...], namespace: str, out: TextIO) -> None:
        self._namespace, self._out = namespace, out
        self._values = dict.fromkeys(names, 0)
        self._time = 0  # epoch seconds

    def add(self, time: int, values: tuple[int, ...]) -> None:
        if time // 60 > self._time // 60:
            self.flush()
        self._time = time
        for name, value in zip(self._values, values, strict=True):
            self._values[name] += value

    def flush(self) -> None:
        if not self._time or not any(self._values.values()):
            return
        shape = {
            "Namespace": self._namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": "Count"} for name in self._values],
        }
        about = {"Timestamp": self._time * 1000, "CloudWatchMetrics": [shape]}
        print(json.dumps({"_aws": about, **self._values}), file=self._out, flush=True)
        self._values = dict.fromkeys(self._values, 0)
