"""Servers that send each transaction over a WebSocket; messages are collected into polls."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from poller.poll import Poll, Rejected
from poller.retry import StoppedError, retry_until_stopped
from poller.sources.format import Format
from poller.sources.http_client import (
    FIRST_DELAY,
    LONGEST_DELAY,
    USER_AGENT,
    HttpError,
    parse_retry_after,
)
from poller.transaction import raw_line

logger = logging.getLogger(__name__)

OPEN_SECONDS, CLOSE_SECONDS = 10, 2
MAX_SILENCE = 60.0  # seconds without a message after which a connection counts as lost
STOP_INTERVAL = 0.5  # seconds between checks of `stop`
MAX_BYTES = 32_000_000  # per message: mempool.space sends the transactions of a few seconds in one
MAX_QUEUE = 4096  # messages that wait while the bus is slow; then the server has to wait


def polls(url: str, form: Format, seconds: int, stop: Event) -> Iterator[Poll]:
    """Return what arrived every `seconds`; connect again when the connection is lost.

    The first poll after a lost connection has a gap: what was sent in between is missing.
    """
    retry = retry_until_stopped(
        stop, FIRST_DELAY, LONGEST_DELAY, (HttpError,), "connection lost, retrying", url=url
    )
    latest, gap = 0, False
    with suppress(StoppedError):
        for attempt in retry:
            with attempt, _connect(url, form.subscription) as connection:
                logger.info("connected", extra={"url": url})
                for poll in _collect(connection, url, form, seconds, stop):
                    if poll.transactions:
                        # The next failure is a first one. A server that accepts a connection and
                        # closes it without sending anything is not retried at once.
                        attempt.retry_state.attempt_number = 1
                    poll.time = latest = max(latest, poll.time)
                    poll.gap, gap = gap, False
                    yield poll
            gap = latest > 0


@contextmanager
def _connect(url: str, subscription: str) -> Iterator[ClientConnection]:
    try:
        with connect(
            url,
            user_agent_header=USER_AGENT,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MAX_BYTES,
            max_queue=MAX_QUEUE,
            legacy=True,
        ) as connection:
            connection.send(subscription)
            yield connection
    except InvalidStatus as error:
        seconds = parse_retry_after(error.response.headers.get("Retry-After", ""))
        raise HttpError(f"HTTP {error.response.status_code}", seconds) from error
    except (WebSocketException, OSError) as error:
        raise HttpError(str(error) or type(error).__name__) from error


def _collect(
    connection: ClientConnection, url: str, form: Format, seconds: int, stop: Event
) -> Iterator[Poll]:
    """Yield polls until `stop` is set; raise HttpError or websockets' errors after the last."""
    last, received = time.monotonic(), False
    while not stop.is_set():
        messages: list[bytes] = []
        failure = None
        try:
            for message in _receive(connection, time.monotonic() + seconds, stop):
                messages.append(message)
                last, received = time.monotonic(), True
        except (WebSocketException, OSError) as error:
            failure = error
        # Before the first message it is unknown whether the server accepted the subscription.
        if messages or (received and not failure):
            yield _poll(url, form, messages)
        if failure:
            raise failure
        if time.monotonic() - last > MAX_SILENCE:
            raise HttpError(f"no message for {MAX_SILENCE:g} s")


def _receive(connection: ClientConnection, deadline: float, stop: Event) -> Iterator[bytes]:
    """Yield messages until the deadline; once `stop` is set, those that have arrived."""
    while (remaining := deadline - time.monotonic()) > 0:
        stopped = stop.is_set()
        timeout = 0 if stopped else min(remaining, STOP_INTERVAL)
        try:
            yield connection.recv(timeout=timeout, decode=False)
        except TimeoutError:
            if stopped:
                return


def _poll(url: str, form: Format, messages: list[bytes]) -> Poll:
    items: list[Any] = []
    malformed = []
    for message in messages:
        try:
            items += form.items(json.loads(message)) or []
        except (ValueError, RecursionError) as error:
            malformed.append(Rejected(url, None, f"not JSON: {error}", raw_line(message)))
    poll = form.poll(url, items, 0, int(time.time()))
    poll.rejected += malformed
    return poll
