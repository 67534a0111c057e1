"""Servers that list their newest transactions over HTTP, asked again and again."""

import logging
import time
from collections.abc import Iterator
from threading import Event

from poller.backoff import Backoff
from poller.polls import Poll
from poller.sources.answers import (
    FAILURES,
    FIRST_DELAY,
    LONGEST_DELAY,
    AnswerError,
    fetch,
    session,
)
from poller.sources.format import Format

logger = logging.getLogger(__name__)


def polls(url: str, form: Format, seconds: int, stop: Event) -> Iterator[Poll]:
    """Poll every `seconds` until `stop` is set; a failed poll is logged and tried again later."""
    backoff = Backoff(FIRST_DELAY, LONGEST_DELAY)
    largest = 0
    before: set[str] = set()
    with session() as opened:
        while not stop.is_set():
            begun = time.monotonic()
            try:
                answer = fetch(opened, url)
                items = form.items(answer)
                if items is None:
                    raise AnswerError(f"no list where it should be: {ascii(answer)[:100]}")
            except FAILURES as error:
                delay = max(backoff.next(), getattr(error, "retry_after", 0.0))
                fields = {"url": url, "error": str(error)[:500], "delay_seconds": round(delay, 1)}
                logger.warning("poll failed, trying again", extra=fields)
                stop.wait(delay)
                continue
            backoff.reset()
            poll = form.poll(url, items, largest, int(time.time()))
            hashes = {one.hash for one in poll.transactions}
            if before and hashes and not before & hashes:
                # The list is short: polls that share nothing have missed what was between them.
                poll.gap = True
                logger.warning("transactions missed between polls", extra={"url": url})
            before, largest = hashes or before, poll.time
            yield poll
            stop.wait(max(0.0, seconds - (time.monotonic() - begun)))
