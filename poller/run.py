"""The poller's loop: poll -> leave out repeats -> publish -> count -> tell that it works."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event

from poller import batching
from poller.health import Health
from poller.metrics import Metrics
from poller.polls import Poll, SetAside
from poller.publisher import Publisher
from poller.seen import Seen

logger = logging.getLogger(__name__)

LOGGED = 20  # refusals of one poll that get a log line each; the bus gets all


@dataclass(slots=True)
class Totals:
    """What a run did."""

    polls: int = 0
    gaps: int = 0
    polled: int = 0
    published: int = 0
    set_aside: int = 0


def run(
    polls: Iterable[Poll],
    seen: Seen,
    publisher: Publisher,
    metrics: Metrics,
    health: Health,
    stop: Event,
) -> Totals:
    """Publish poll after poll, to the last or until `stop` is set and the one in hand is done."""
    totals = Totals()
    try:
        for poll in polls:
            fresh = seen.fresh(poll.transactions)
            publisher.publish(_entries([one.text for one in fresh], poll.rejected), poll.time)
            _log(poll.rejected)
            metrics.add(poll, len(fresh))
            health.beat()
            totals.polls += 1
            totals.gaps += poll.gap
            totals.polled += len(poll.transactions)
            totals.published += len(fresh)
            totals.set_aside += len(poll.rejected)
            if stop.is_set():
                break
    finally:
        metrics.flush()
    return totals


def _entries(texts: list[str], rejected: list[SetAside]) -> list[batching.Entry]:
    refusals = [json.dumps(one._asdict()) for one in rejected]
    return [
        *batching.entries(texts, batching.RECEIVED),
        *batching.entries(refusals, batching.ASIDE),
    ]


def _log(rejected: list[SetAside]) -> None:
    for one in rejected[:LOGGED]:
        fields = {"source": one.source, "line": one.line, "reason": one.reason}
        logger.warning("transaction set aside", extra=fields)
    if len(rejected) > LOGGED:
        fields = {"source": rejected[0].source, "transactions": len(rejected) - LOGGED}
        logger.warning("more transactions set aside", extra=fields)
