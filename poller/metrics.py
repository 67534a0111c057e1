"""The poller's metrics, as CloudWatch's embedded metric format on standard output."""

import json
from typing import TextIO

NAMES = ("TransactionsPolled", "TransactionsPublished", "TransactionsSetAside")


class Metrics:
    """Counts, written once per minute of event time."""

    def __init__(self, namespace: str, out: TextIO) -> None:
        self._namespace, self._out = namespace, out
        self._counts = dict.fromkeys(NAMES, 0)
        self._time = 0

    def add(self, time: int, *, polled: int, published: int, set_aside: int) -> None:
        """Count what a poll brought; `time` is the poll's, epoch seconds."""
        if time // 60 > self._time // 60:
            self.flush()
        self._time = time
        for name, count in zip(NAMES, (polled, published, set_aside), strict=True):
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
