"""Backfill: read what no poll returned from the history of the source.

Gaps are not computed: all of the history is read, and deduplication removes what this run or the
archive already has.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Protocol

from poller import retry
from poller.interruptible import StoppedError
from poller.poll import Poll
from poller.sources.http_client import HttpError

MIN_INTERVAL = 10.0  # seconds between requests: the limit of blockchain.info
FIRST_DELAY, LONGEST_DELAY = 20.0, 600.0  # seconds


class History(Protocol):
    """The history of a source, one part at a time."""

    def next_part(self, now: int) -> tuple[Poll | None, float]:
        """Send one request; return what it found, and the seconds to the next (inf: none)."""


def interleave(
    live: Iterator[Poll],
    history: History,
    clock: Callable[[], float] = time.monotonic,
    executor: Executor | None = None,
) -> Iterator[Poll]:
    """Yield parts of the history between live polls.

    They are requested in a thread: a slow or failing history delays only itself.
    """
    executor = executor or ThreadPoolExecutor(1)
    try:
        yield from _interleave(live, history, clock, executor)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _interleave(
    live: Iterator[Poll], history: History, clock: Callable[[], float], executor: Executor
) -> Iterator[Poll]:
    failures = 0
    due = clock()
    running: Future[tuple[Poll | None, float]] | None = None
    for poll in live:
        yield poll
        if running is None and clock() >= due:
            running = executor.submit(history.next_part, int(time.time()))
        if running is None or not running.done():
            continue
        finished, running = running, None
        try:
            part, seconds = finished.result()
        except StoppedError:
            continue  # the live polls end as well
        except HttpError as error:
            failures += 1
            seconds = retry.delay(failures, FIRST_DELAY, LONGEST_DELAY, error)
            retry.log("history not available, retrying", error, seconds)
        else:
            failures = 0
            if part:
                part.time = max(part.time, poll.time)  # the time of events does not decrease
                yield part
        due = clock() + max(seconds, MIN_INTERVAL)
