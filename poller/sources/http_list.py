"""Servers that list their newest transactions over HTTP."""

import logging
import time
from collections.abc import Iterator
from threading import Event

from poller.interruptible import StoppedError
from poller.poll import Poll
from poller.retry import retry_until_stopped
from poller.sources.format import Format, FormatError
from poller.sources.http_client import (
    FIRST_DELAY,
    LONGEST_DELAY,
    NOTHING,
    HttpClient,
    HttpError,
)
from poller.urls import shown_url

logger = logging.getLogger(__name__)


def polls(url: str, form: Format, seconds: int, stop: Event) -> Iterator[Poll]:
    """Poll every `seconds` until `stop` is set; failed polls are logged and retried."""
    source = shown_url(url)
    retry = retry_until_stopped(
        stop, FIRST_DELAY, LONGEST_DELAY, (HttpError,), "poll failed, retrying", url=source
    )
    latest = 0
    previous: set[str] = set()
    client = HttpClient(stop)
    while not stop.is_set():
        start = time.monotonic()
        try:
            poll = retry(fetch_poll, client, url, form, latest)
        except StoppedError:
            return
        hashes = {transaction.hash for transaction in poll.transactions}
        if previous and hashes and not previous & hashes:
            # The list is limited: without overlap, those in between are missing.
            poll.gap = True
            logger.warning("transactions missed between polls", extra={"url": source})
        previous, latest = hashes or previous, poll.time
        yield poll
        stop.wait(max(0.0, seconds - (time.monotonic() - start)))


def fetch_poll(client: HttpClient, url: str, form: Format, latest: int) -> Poll:
    """Fetch and parse a list; a response without content is an empty list.

    Raises HttpError, also if the response has no list where it should be, or too much of it is
    invalid; StoppedError after a stop.
    """
    response = client.fetch(url)
    items = [] if response is NOTHING else form.items(response)
    if items is None:
        raise HttpError(f"the response has no list: {ascii(response)[:100]}")
    try:
        return form.poll(shown_url(url), items, latest, int(time.time()))
    except FormatError as error:
        raise HttpError(str(error)) from error
