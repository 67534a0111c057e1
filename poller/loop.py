"""The poller's loop: poll -> deduplicate -> publish -> count -> report health."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event

from poller import batching
from poller.deduplication import Deduplication
from poller.health import Health
from poller.metrics import Metrics
from poller.poll import Poll, Rejected
from poller.publisher import Publisher

logger = logging.getLogger(__name__)

MAX_LOGGED = 20  # rejected items of one poll with a log line each; all of them are published


@dataclass(slots=True)
class Totals:
    """Counts of a run."""

    polls: int = 0
    gaps: int = 0
    polled: int = 0
    published: int = 0
    rejected: int = 0


def run(
    polls: Iterable[Poll],
    deduplication: Deduplication,
    publisher: Publisher,
    metrics: Metrics,
    health: Health,
    stop: Event,
) -> Totals:
    """Publish polls until the last, or until `stop` is set and the current poll is published."""
    totals = Totals()
    try:
        for poll in polls:
            new = deduplication.new(poll.transactions)
            texts = [item.text for item in new]
            refused = publisher.publish(_entries(texts, poll.rejected), poll.time)
            published, rejected = len(new) - refused, len(poll.rejected) + refused
            _log(poll.rejected)
            metrics.add(poll, published, rejected)
            health.beat()
            totals.polls += 1
            totals.gaps += poll.gap
            totals.polled += len(poll.transactions)
            totals.published += published
            totals.rejected += rejected
            if stop.is_set():
                break
    finally:
        metrics.flush()
    return totals


def _entries(texts: list[str], rejected: list[Rejected]) -> list[batching.Entry]:
    rejections = [json.dumps(item.published()) for item in rejected]
    return [
        *batching.entries(texts, batching.RECEIVED),
        *batching.entries(rejections, batching.REJECTED),
    ]


def _log(rejected: list[Rejected]) -> None:
    for item in rejected[:MAX_LOGGED]:
        fields = item.published()
        del fields["raw"]
        logger.warning("transaction rejected", extra=fields)
    if len(rejected) > MAX_LOGGED:
        fields = {"source": rejected[0].source, "transactions": len(rejected) - MAX_LOGGED}
        logger.warning("more transactions rejected", extra=fields)
