"""PutEvents, repeated until the bus has accepted every event that it can accept."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, NoReturn

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError
from tenacity import RetryCallState, Retrying, retry_if_exception

from poller import batching, interruptible
from poller.batching import RECEIVED, REJECTED, Entry
from poller.interruptible import StoppedError, Worker
from poller.poll import Rejected
from poller.retry import wait_exponential

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0  # seconds
# After a stop; Fargate sends SIGKILL 30 s after SIGTERM.
LAST_ATTEMPTS, LAST_DELAY, LAST_SECONDS = 10, 1.0, 15.0

_THROTTLING = frozenset(
    {
        "LimitExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


# Error codes of an entry that is refused however often it is sent. Others pass. An entry with bad
# content concerns only itself; all entries need the same permissions.
_BAD_CONTENT = frozenset({"InvalidArgument", "MalformedDetail", "RedactionFailure"})
_FORBIDDEN = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "InvalidAccountId",
        "InvalidAccountIdException",
        "NotAuthorizedForDetailTypeException",
        "NotAuthorizedForSourceException",
    }
)


class UndeliveredError(Exception):
    """The poller was stopped while the bus did not accept events."""


class ForbiddenError(Exception):
    """The poller may not put events on the bus, which needs a person."""


class PartialFailureError(Exception):
    """The bus did not accept some entries of a request."""


class Publisher:
    """Puts entries on one bus."""

    def __init__(
        self,
        client: "EventBridgeClient",
        bus: str,
        stop: Event,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._bus, self._stop, self._sleep = client, bus, stop, sleep
        self._wait = wait_exponential(FIRST_DELAY, LONGEST_DELAY)
        self._last_attempts = LAST_ATTEMPTS
        self._worker = Worker()
        self._deadline: float | None = None  # after a stop; of time.monotonic

    def publish(self, entries: Sequence[Entry], at: int) -> int:
        """Publish all entries with the time `at` (epoch seconds; 0: none).

        Returns when the bus has accepted them. Transactions whose content it refuses are published
        as rejected; their number is returned. Raises UndeliveredError if the bus still has not
        accepted them some seconds after a stop, ForbiddenError if it refuses all entries, and
        botocore's error if a retry cannot help.
        """
        refused, todo = 0, list(entries)
        while todo:
            bad: list[tuple[Entry, str]] = []
            for request in batching.requests(todo):
                bad += self._deliver(request, at)
            refused += sum(len(entry.texts) == 1 and entry.kind == RECEIVED for entry, _ in bad)
            todo = [part for entry, error in bad for part in _divided(entry, error)]
        return refused

    def _deliver(self, pending: list[Entry], at: int) -> list[tuple[Entry, str]]:
        """Send a request until every entry is accepted or has bad content; return the latter."""
        bad: list[tuple[Entry, str]] = []
        retry = Retrying(
            wait=self._wait,
            stop=lambda _: self._stop.is_set() and not self._last_attempts,
            retry=retry_if_exception(_is_transient),
            before_sleep=lambda state: _log(state, len(pending)),
            sleep=self._pause,
            retry_error_callback=lambda _: _give_up(len(pending)),
        )
        retry(self._put, pending, bad, at)
        return bad

    def _put(self, pending: list[Entry], bad: list[tuple[Entry, str]], at: int) -> None:
        """Send one request; remove the accepted entries from `pending`, and those with an error.

        The latter are appended to `bad`.
        """
        shapes = [self._shape(entry, at) for entry in pending]
        try:
            response = interruptible.call(
                partial(self._client.put_events, Entries=shapes),
                self._stop,
                grace=self._last_seconds(),
                worker=self._worker,
            )
        except StoppedError:
            _give_up(len(pending))
        if not response["FailedEntryCount"]:
            return
        failed = []
        for entry, result in zip(pending, response["Entries"], strict=True):
            code, message = result.get("ErrorCode", ""), result.get("ErrorMessage", "")
            if code in _FORBIDDEN:
                raise ForbiddenError(f"{code}: {message}")
            if code in _BAD_CONTENT:
                bad.append((entry, f"{code}: {message}"))
            elif code:
                failed.append((entry, code))
        pending[:] = [entry for entry, _ in failed]
        if failed:
            raise PartialFailureError(", ".join(sorted({code for _, code in failed})))

    def _last_seconds(self) -> float:
        """Return the seconds that a request may take after a stop."""
        if self._stop.is_set() and self._deadline is None:
            self._deadline = time.monotonic() + LAST_SECONDS
        if self._deadline is None:
            return LAST_SECONDS
        return max(0.0, self._deadline - time.monotonic())

    def _shape(self, entry: Entry, at: int) -> "PutEventsRequestEntryTypeDef":
        shape: PutEventsRequestEntryTypeDef = {
            "EventBusName": self._bus,
            "Source": batching.SOURCE,
            "DetailType": entry.kind.detail_type,
            "Detail": entry.detail,
        }
        if at:
            shape["Time"] = datetime.fromtimestamp(at, UTC)
        return shape

    def _pause(self, seconds: float) -> None:
        if self._stop.is_set():
            self._last_attempts -= 1
            self._sleep(min(seconds, LAST_DELAY))
        else:
            self._stop.wait(seconds)


def _is_transient(error: BaseException) -> bool:
    """Return whether a retry may help; missing permissions or a missing bus need a person."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        throttled = error.response["Error"]["Code"] in _THROTTLING
        return status >= 500 or status == 429 or throttled
    transient = (PartialFailureError, BotoConnectionError, HTTPClientError, ResponseParserError)
    return isinstance(error, transient)


def _log(state: RetryCallState, count: int) -> None:
    error = str(state.outcome.exception()) if state.outcome else ""
    extra = {"error": error, "entries": count, "failures": state.attempt_number}
    logger.warning("events not accepted, retrying", extra=extra)


def _divided(entry: Entry, error: str) -> list[Entry]:
    """Return entries in place of one with bad content: its halves, or the rejection of its item.

    A rejection that is refused as well is only logged.
    """
    if len(entry.texts) > 1:
        return entry.halves()
    [text] = entry.texts
    if entry.kind == REJECTED:
        logger.error("rejection not accepted", extra={"error": error, "text": text[:1000]})
        return []
    logger.warning("transaction not accepted", extra={"error": error})
    rejected = Rejected("PutEvents", None, error, text).published()
    return list(batching.entries([json.dumps(rejected)], REJECTED))


def _give_up(count: int) -> NoReturn:
    raise UndeliveredError(f"{count} events were not accepted before the poller had to stop")
