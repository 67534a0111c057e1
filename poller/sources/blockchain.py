"""blockchain.info's unconfirmed transactions: the last 100 or so, asked for again and again."""

import json
import logging
import re
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import requests

from poller.backoff import Backoff
from poller.polls import Poll, SetAside
from poller.transaction import Rejected, check, raw_value

logger = logging.getLogger(__name__)

DAY = 86_400
TIMEOUT = (5, 20)  # seconds to connect, and between bytes
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds
LONGEST_WAIT = 600.0  # seconds, however long the server asks us to wait


class AnswerError(Exception):
    """The server answered something else than transactions; says what, and when to ask again."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


def polls(url: str, seconds: int, stop: Event) -> Iterator[Poll]:
    """Poll every `seconds` until `stop` is set; a failed poll is logged and tried again later."""
    backoff = Backoff(FIRST_DELAY, LONGEST_DELAY)
    largest = 0
    before: set[str] = set()
    with requests.Session() as session:
        session.headers["User-Agent"] = "evergreen-poller"
        while not stop.is_set():
            begun = time.monotonic()
            try:
                listed = _fetch(session, url)
            except (AnswerError, requests.RequestException) as error:
                delay = max(backoff.next(), getattr(error, "retry_after", 0.0))
                fields = {"url": url, "error": str(error)[:500], "delay_seconds": round(delay, 1)}
                logger.warning("poll failed, trying again", extra=fields)
                stop.wait(delay)
                continue
            backoff.reset()
            poll = _poll(listed, url, largest, int(time.time()) + DAY)
            hashes = {one.hash for one in poll.transactions}
            if before and hashes and not before & hashes:
                # The list is short: polls that share nothing have missed what was between them.
                logger.warning("transactions missed between polls", extra={"url": url})
            before, largest = hashes or before, poll.time
            yield poll
            stop.wait(max(0.0, seconds - (time.monotonic() - begun)))


def _fetch(session: requests.Session, url: str) -> list[Any]:
    """Get the listed transactions, oldest first; raise AnswerError or requests' errors."""
    answer = session.get(url, timeout=TIMEOUT)
    if answer.status_code != requests.codes.ok:
        asked = answer.headers.get("Retry-After", "")
        seconds = min(float(asked), LONGEST_WAIT) if re.fullmatch(r"[0-9]{1,9}", asked) else 0.0
        raise AnswerError(f"HTTP {answer.status_code}: {answer.text[:100]!r}", seconds)
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        kind = answer.headers.get("Content-Type")
        raise AnswerError(f"not JSON but {kind}: {answer.text[:100]!r}") from None
    listed = body.get("txs") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise AnswerError(f"no list named txs: {answer.text[:100]!r}")
    return listed[::-1]


def _poll(listed: list[Any], url: str, largest: int, latest: int) -> Poll:
    poll = Poll(largest)
    for value in listed:
        result = check(value, latest)
        if isinstance(result, Rejected):
            poll.rejected.append(SetAside(url, None, result.reason, raw_value(value)))
        else:
            poll.transactions.append(result)
            poll.time = max(poll.time, result.time)
    return poll
