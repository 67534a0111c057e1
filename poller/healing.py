"""What no poll had shown, asked for where the source can serve the past: after an outage and on.

Which of it is missing is not computed: all of the past is handed on, and what the archive or this
run already has is left out like any other repetition.
"""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from poller.backoff import Backoff
from poller.polls import Poll
from poller.sources.answers import FAILURES

logger = logging.getLogger(__name__)

SPACING = 10.0  # seconds between requests: what blockchain.info asks of everyone
FIRST_DELAY, LONGEST_DELAY = 20.0, 600.0  # seconds; live polls are not to suffer from this


class Past(Protocol):
    """A source's past, a piece at a time."""

    def piece(self, now: int) -> tuple[Poll | None, float]:
        """Ask once; give what came and in how many seconds to ask again (inf: never)."""


def healed(
    live: Iterator[Poll], past: Past, clock: Callable[[], float] = time.monotonic
) -> Iterator[Poll]:
    """Put pieces of the past between live polls; a failure delays the next piece, nothing else."""
    backoff = Backoff(FIRST_DELAY, LONGEST_DELAY)
    due = clock()
    for poll in live:
        yield poll
        if clock() < due:
            continue
        try:
            missed, seconds = past.piece(int(time.time()))
        except FAILURES as error:
            seconds = max(backoff.next(), getattr(error, "retry_after", 0.0))
            fields = {"error": str(error)[:500], "delay_seconds": round(seconds, 1)}
            logger.warning("past not served, trying again", extra=fields)
        else:
            backoff.reset()
            if missed:
                missed.time = max(missed.time, poll.time)  # events' times do not go back
                yield missed
        due = clock() + max(seconds, SPACING)
