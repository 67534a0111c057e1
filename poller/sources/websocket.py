"""Servers that send each transaction over a WebSocket; messages are collected into polls."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from poller import interruptible
from poller.interruptible import OverdueError, StoppedError
from poller.json_limits import values_problem
from poller.poll import Poll, Rejected
from poller.retry import retry_until_stopped
from poller.sources.connecting import Connecting, tls
from poller.sources.format import Format, FormatError
from poller.sources.http_client import (
    FIRST_DELAY,
    LONGEST_DELAY,
    MAX_VALUES,
    USER_AGENT,
    HttpError,
    described,
    parse_retry_after,
)
from poller.transaction import raw_line
from poller.urls import shown_url

logger = logging.getLogger(__name__)

OPEN_SECONDS, CLOSE_SECONDS = 10, 2
MAX_SILENCE = 60.0  # seconds without a message after which a connection counts as lost
STOP_INTERVAL = 0.5  # seconds between checks of `stop`
# Per message, and of messages that wait; mempool.space sends the transactions of a few seconds in
# one message. While the bus is slow, the server has to wait, or TCP buffers what it sends.
MAX_BYTES, MAX_QUEUE = 8_000_000, 16
MAX_POLL_BYTES = 32_000_000  # a poll ends early beyond that


def polls(url: str, form: Format, seconds: int, stop: Event) -> Iterator[Poll]:
    """Return what arrived every `seconds`; connect again when the connection is lost.

    The first poll after a lost connection has a gap: what was sent in between is missing. So has a
    poll with a message whose number does not follow that of the message before.
    """
    source = shown_url(url)
    retry = retry_until_stopped(
        stop, FIRST_DELAY, LONGEST_DELAY, (HttpError,), "connection lost, retrying", url=source
    )
    latest, gap = 0, False
    with suppress(StoppedError):
        for attempt in retry:
            with attempt, _connected(url, form.subscription, stop) as connection:
                logger.info("connected", extra={"url": source})
                for poll in _collect(connection, source, form, seconds, stop):
                    if poll.transactions:
                        # The next failure is a first one. A server that accepts a connection and
                        # closes it without sending anything is not retried at once.
                        attempt.retry_state.attempt_number = 1
                    poll.time = latest = max(latest, poll.time)
                    poll.gap, gap = poll.gap or gap, False
                    yield poll
            gap = latest > 0


@contextmanager
def _connected(url: str, subscription: str, stop: Event) -> Iterator[ClientConnection]:
    """Connect and subscribe; raises HttpError, or StoppedError after a stop."""
    connecting = Connecting()
    try:
        connection = interruptible.call(
            partial(_connect, connecting, url, subscription),
            stop,
            OPEN_SECONDS,
            abort=connecting.abort,
        )
    except StoppedError:
        raise
    except OverdueError:
        raise HttpError(f"the handshake took more than {OPEN_SECONDS} s") from None
    except InvalidStatus as error:
        # A repeated header has no single value.
        values = [*error.response.headers.get_all("Retry-After"), ""]
        seconds = parse_retry_after(values[0])
        raise HttpError(f"HTTP {error.response.status_code}", seconds) from error
    except Exception as error:
        raise HttpError(described(error)) from error
    finally:
        connecting.close()
    with connection:
        yield connection


def _connect(connecting: Connecting, url: str, subscription: str) -> ClientConnection:
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    connection = connect(
        url,
        sock=connecting.open(parts.hostname or "", parts.port or (443 if secure else 80)),
        ssl=tls() if secure else None,
        user_agent_header=USER_AGENT,
        open_timeout=OPEN_SECONDS,
        close_timeout=CLOSE_SECONDS,
        # Pongs wait behind messages while the bus is slow; MAX_SILENCE detects lost connections.
        ping_timeout=None,
        max_size=MAX_BYTES,
        max_queue=MAX_QUEUE,
        legacy=True,
    )
    connection.send(subscription)
    return connection


def _collect(
    connection: ClientConnection, source: str, form: Format, seconds: int, stop: Event
) -> Iterator[Poll]:
    """Yield polls until `stop` is set, the last with what had arrived; raises HttpError."""
    last, received = time.monotonic(), False
    number: int | None = None  # of the last message, if the server counts them
    stopped = False
    while not stopped:
        stopped = stop.is_set()
        messages: list[bytes] = []
        failure = None
        try:
            for message in _receive(connection, time.monotonic() + seconds, stop):
                messages.append(message)
                last, received = time.monotonic(), True
        except Exception as error:  # noqa: BLE001 - a server decides what the library raises
            failure = error
        # Before the first message it is unknown whether the server accepted the subscription.
        if messages or (received and not failure and not stopped):
            documents, malformed = _decoded(source, messages)
            poll = _poll(source, form, documents)
            poll.rejected += malformed
            numbers = _numbers(form, documents, number)
            poll.gap = any(later not in (one, one + 1) for one, later in pairwise(numbers))
            if poll.gap:
                logger.warning("messages missed", extra={"url": source, "numbers": numbers[:20]})
            number = numbers[-1] if numbers else number
            yield poll
        if failure:
            raise HttpError(described(failure)) from failure
        if time.monotonic() - last > MAX_SILENCE:
            raise HttpError(f"no message for {MAX_SILENCE:g} s")


def _receive(connection: ClientConnection, deadline: float, stop: Event) -> Iterator[bytes]:
    """Yield messages until the deadline; once `stop` is set, those that have arrived."""
    size = 0
    while (remaining := deadline - time.monotonic()) > 0 and size < MAX_POLL_BYTES:
        stopped = stop.is_set()
        timeout = 0 if stopped else min(remaining, STOP_INTERVAL)
        try:
            message = connection.recv(timeout=timeout, decode=False)
        except TimeoutError:
            if stopped:
                return
        else:
            size += len(message)
            yield message


def _decoded(source: str, messages: list[bytes]) -> tuple[list[Any], list[Rejected]]:
    """Return the messages that are JSON, and the others."""
    documents, malformed = [], []
    for message in messages:
        try:
            problem = values_problem(message, MAX_VALUES)
            document = None if problem else json.loads(message)
        except (ValueError, RecursionError) as error:
            problem = f"not JSON: {error}"
        if problem:
            malformed.append(Rejected(source, None, problem, raw_line(message)))
        else:
            documents.append(document)
    return documents, malformed


def _poll(source: str, form: Format, documents: list[Any]) -> Poll:
    items = [item for document in documents for item in form.items(document) or []]
    try:
        return form.poll(source, items, 0, int(time.time()))
    except FormatError as error:
        raise HttpError(str(error)) from error


def _numbers(form: Format, documents: list[Any], before: int | None) -> list[int]:
    """Return the numbers of messages that have one, after that of the last one before."""
    found = (before, *map(form.sequence, documents))
    return [number for number in found if number is not None]
