"""The poller's metrics, as CloudWatch's embedded metric format on standard output."""

import json
from typing import TextIO

from poller.polls import Poll

# Polls is the heartbeat: a minute with polls and without transactions was empty, one without polls
# is unknown. PollGaps counts polls before which something was missed.
NAMES = (
    "Polls",
    "PollGaps",
    "TransactionsPolled",
    "TransactionsPublished",
    "TransactionsSetAside",
)


class Metrics:
    """Counts, written once per minute: of the clock, or of the stream where that is the clock."""

    def __init__(self, namespace: str, out: TextIO) -> None:
        self._namespace, self._out = namespace, out
        self._counts = dict.fromkeys(NAMES, 0)
        self._time = 0

    def add(self, poll: Poll, published: int) -> None:
        """Count what a poll brought, and how much of it was new."""
        time = poll.at or poll.time
        if time // 60 > self._time // 60:
            self.flush()
        self._time = time
        polled, set_aside = len(poll.transactions), len(poll.rejected)
        counts = (1, int(poll.gap), polled, published, set_aside)
        for name, count in zip(NAMES, counts, strict=True):
            self._counts[name] += count

    def flush(self) -> None:
        """Write the minute's counts, if any and if its time is known."""
        if not self._time or not any(self._counts.values()):
            return
        shape = {
            "Namespace": self._namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": "Count"} for name in NAMES],
        }
        about = {"Timestamp": self._time * 1000, "CloudWatchMetrics": [shape]}
        print(json.dumps({"_aws": about, **self._counts}), file=self._out, flush=True)
        self._counts = dict.fromkeys(NAMES, 0)
