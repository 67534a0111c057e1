"""Servers that send each transaction over a WebSocket, gathered into polls."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from poller.backoff import Backoff
from poller.polls import Poll, SetAside
from poller.sources.answers import AGENT, FIRST_DELAY, LONGEST_DELAY, AnswerError, asked_delay
from poller.sources.format import Format
from poller.transaction import raw_line

logger = logging.getLogger(__name__)

OPEN_SECONDS, CLOSE_SECONDS = 10, 2
SILENCE = 60.0  # seconds without a message after which a connection counts as dead
GLANCE = 0.5  # seconds between looks whether to stop
MAX_BYTES = 32_000_000  # of a message: mempool.space sends a few seconds' transactions in one
MAX_WAITING = 4096  # messages that wait while the bus is slow; then the server has to


def polls(url: str, form: Format, seconds: int, stop: Event) -> Iterator[Poll]:
    """Give what came every `seconds`, connecting again whenever the connection is lost.

    The first poll after a lost connection has a gap: what was sent meanwhile came to nobody.
    """
    backoff = Backoff(FIRST_DELAY, LONGEST_DELAY)
    largest, lost = 0, False
    while not stop.is_set():
        try:
            with _connected(url, form.subscription) as connection:
                logger.info("connected", extra={"url": url})
                for poll in _gathered(connection, url, form, seconds, stop):
                    if poll.transactions:
                        backoff.reset()  # a server that accepts and hangs up is not asked at once
                    poll.time = largest = max(largest, poll.time)
                    poll.gap, lost = lost, False
                    yield poll
        except AnswerError as error:
            lost = largest > 0
            delay = max(backoff.next(), error.retry_after)
            fields = {"url": url, "error": str(error)[:500], "delay_seconds": round(delay, 1)}
            logger.warning("connection lost, trying again", extra=fields)
            stop.wait(delay)


@contextmanager
def _connected(url: str, subscription: str) -> Iterator[ClientConnection]:
    try:
        with connect(
            url,
            user_agent_header=AGENT,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MAX_BYTES,
            max_queue=MAX_WAITING,
            legacy=True,
        ) as connection:
            connection.send(subscription)
            yield connection
    except InvalidStatus as error:
        answer = error.response
        seconds = asked_delay(answer.headers.get("Retry-After", ""))
        raise AnswerError(f"HTTP {answer.status_code}", seconds) from error
    except (WebSocketException, OSError) as error:
        raise AnswerError(str(error) or type(error).__name__) from error


def _gathered(
    connection: ClientConnection, url: str, form: Format, seconds: int, stop: Event
) -> Iterator[Poll]:
    """Poll until `stop` is set; raise AnswerError, or websockets' errors, after the last poll."""
    heard, spoke = time.monotonic(), False
    while not stop.is_set():
        messages: list[bytes] = []
        failure = None
        try:
            for message in _messages(connection, time.monotonic() + seconds, stop):
                messages.append(message)
                heard, spoke = time.monotonic(), True
        except (WebSocketException, OSError) as error:
            failure = error
        # Until it has said something, nobody knows whether it listens to us.
        if messages or (spoke and not failure):
            yield _poll(url, form, messages)
        if failure:
            raise failure
        if time.monotonic() - heard > SILENCE:
            raise AnswerError(f"no message for {SILENCE:g} s")


def _messages(connection: ClientConnection, end: float, stop: Event) -> Iterator[bytes]:
    """Give messages until `end`, or when `stop` is set those that have arrived."""
    while (left := end - time.monotonic()) > 0:
        stopped = stop.is_set()
        try:
            yield connection.recv(timeout=0 if stopped else min(left, GLANCE), decode=False)
        except TimeoutError:
            if stopped:
                return


def _poll(url: str, form: Format, messages: list[bytes]) -> Poll:
    items: list[Any] = []
    broken = []
    for message in messages:
        try:
            items += form.items(json.loads(message)) or []
        except (ValueError, RecursionError) as error:
            broken.append(SetAside(url, None, f"not JSON: {error}", raw_line(message)))
    poll = form.poll(url, items, 0, int(time.time()))
    poll.rejected += broken
    return poll
