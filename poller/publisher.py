"""PutEvents, repeated until the bus has accepted every event."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError
from tenacity import RetryCallState, Retrying, retry_if_exception

from poller import batching
from poller.batching import Entry
from poller.retry import wait_exponential

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0  # seconds
# After a stop; Fargate sends SIGKILL 30 s after SIGTERM.
LAST_ATTEMPTS, LAST_DELAY = 10, 1.0

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


class UndeliveredError(Exception):
    """The poller was stopped while the bus did not accept events."""


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

    def publish(self, entries: Sequence[Entry], at: int) -> None:
        """Publish all entries with the time `at` (epoch seconds; 0: none).

        Returns when the bus has accepted them. Raises UndeliveredError if it still has not some
        seconds after a stop, and botocore's error if a retry cannot help.
        """
        for request in batching.requests(entries):
            self._deliver(request, at)

    def _deliver(self, pending: list[Entry], at: int) -> None:
        retry = Retrying(
            wait=self._wait,
            stop=lambda _: self._stop.is_set() and not self._last_attempts,
            retry=retry_if_exception(_is_transient),
            before_sleep=lambda state: _log(state, len(pending)),
            sleep=self._pause,
            retry_error_callback=lambda _: _give_up(len(pending)),
        )
        retry(self._put, pending, at)

    def _put(self, pending: list[Entry], at: int) -> None:
        """Send one request; remove the accepted entries from `pending`."""
        response = self._client.put_events(Entries=[self._shape(entry, at) for entry in pending])
        if response["FailedEntryCount"]:
            results = list(zip(pending, response["Entries"], strict=True))
            pending[:] = [entry for entry, result in results if "ErrorCode" in result]
            codes = {result["ErrorCode"] for _, result in results if "ErrorCode" in result}
            raise PartialFailureError(", ".join(sorted(codes)))

    def _shape(self, entry: Entry, at: int) -> "PutEventsRequestEntryTypeDef":
        shape: PutEventsRequestEntryTypeDef = {
            "EventBusName": self._bus,
            "Source": batching.SOURCE,
            "DetailType": entry.detail_type,
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


def _give_up(count: int) -> None:
    raise UndeliveredError(f"{count} events were not accepted before the poller had to stop")
