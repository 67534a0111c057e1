"""Servers that list their newest transactions over HTTP."""

import logging
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import requests

from poller.poll import Poll
from poller.retry import StoppedError, retry_until_stopped
from poller.sources.format import Format
from poller.sources.http_client import FIRST_DELAY, LONGEST_DELAY, HttpError, fetch, session

logger = logging.getLogger(__name__)


def polls(url: str, form: Format, seconds: int, stop: Event) -> Iterator[Poll]:
    """Poll every `seconds` until `stop` is set; failed polls are logged and retried."""
    retry = retry_until_stopped(
        stop, FIRST_DELAY, LONGEST_DELAY, (HttpError,), "poll failed, retrying", url=url
    )
    latest = 0
    previous: set[str] = set()
    with session() as opened:
        while not stop.is_set():
            start = time.monotonic()
            try:
                items = retry(fetch_items, opened, url, form)
            except StoppedError:
                return
            poll = form.poll(url, items, latest, int(time.time()))
            hashes = {transaction.hash for transaction in poll.transactions}
            if previous and hashes and not previous & hashes:
                # The list is limited: without overlap, those in between are missing.
                poll.gap = True
                logger.warning("transactions missed between polls", extra={"url": url})
            previous, latest = hashes or previous, poll.time
            yield poll
            stop.wait(max(0.0, seconds - (time.monotonic() - start)))


def fetch_items(session: requests.Session, url: str, form: Format) -> list[Any]:
    """Fetch a list; raises HttpError, also if the response has no list where it should be."""
    response = fetch(session, url)
    items = form.items(response)
    if items is None:
        raise HttpError(f"the response has no list: {ascii(response)[:100]}")
    return items
