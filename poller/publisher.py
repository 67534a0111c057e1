"""PutEvents that does not give up: what the bus did not take is sent again until it does."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from poller import batching
from poller.backoff import Backoff
from poller.batching import Entry

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0  # seconds
LAST_TRIES, LAST_DELAY = 10, 1.0  # once asked to stop: Fargate kills after 30 s

# Failures that pass. No permission, no such bus: those are for a person, and end the process.
_TRANSIENT = (NoConnectionError, HTTPClientError, ResponseParserError)
_THROTTLES = frozenset(
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
    """The poller had to stop while the bus took no events."""


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
        self._backoff = Backoff(FIRST_DELAY, LONGEST_DELAY)
        self._last_tries = LAST_TRIES

    def publish(self, entries: Sequence[Entry], at: int) -> None:
        """Return when the bus holds all entries, with `at` (epoch seconds; 0: none) as their time.

        Raise UndeliveredError if it still refuses them some seconds after the stop was asked for.
        """
        for request in batching.requests(entries):
            waiting = self._try(request, at)
            while waiting:
                self._pause(len(waiting))
                waiting = self._try(waiting, at)
            self._backoff.reset()

    def _try(self, entries: list[Entry], at: int) -> list[Entry]:
        """Send once; give what is to be sent again."""
        try:
            answer = self._client.put_events(Entries=[self._shape(entry, at) for entry in entries])
        except ClientError as error:
            if not _passes(error):
                raise
            self._log_refusal(str(error), len(entries))
            return entries
        except _TRANSIENT as error:
            self._log_refusal(str(error), len(entries))
            return entries
        if not answer["FailedEntryCount"]:
            return []
        results = list(zip(entries, answer["Entries"], strict=True))
        codes = sorted({result["ErrorCode"] for _, result in results if "ErrorCode" in result})
        failed = [entry for entry, result in results if "ErrorCode" in result]
        self._log_refusal(", ".join(codes), len(failed))
        return failed

    def _shape(self, entry: Entry, at: int) -> "PutEventsRequestEntryTypeDef":
        shaped: PutEventsRequestEntryTypeDef = {
            "EventBusName": self._bus,
            "Source": batching.SOURCE,
            "DetailType": entry.detail_type,
            "Detail": entry.detail,
        }
        if at:
            shaped["Time"] = datetime.fromtimestamp(at, UTC)
        return shaped

    def _log_refusal(self, error: str, count: int) -> None:
        fields = {"error": error, "entries": count, "failures": self._backoff.failures + 1}
        logger.warning("events not taken, trying again", extra=fields)

    def _pause(self, count: int) -> None:
        delay = self._backoff.next()
        if not self._stop.is_set():
            self._stop.wait(delay)
            return
        if not self._last_tries:
            raise UndeliveredError(f"{count} events were not taken before the poller had to stop")
        self._last_tries -= 1
        self._sleep(min(delay, LAST_DELAY))


def _passes(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or status == 429 or error.response["Error"]["Code"] in _THROTTLES
