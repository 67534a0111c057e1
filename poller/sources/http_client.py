"""Fetch JSON; every failure raises HttpError with the cause and when to retry."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Any

from poller import interruptible
from poller.interruptible import OverdueError, StoppedError
from poller.json_limits import values_problem
from poller.sources.http_exchange import Exchange, Response

MAX_SECONDS = 40.0  # per exchange, however steadily its bytes arrive
MAX_BYTES = 32_000_000  # of a response: more than the largest block as JSON
MAX_VALUES = 1_000_000  # in a response: bounds the memory of the decoded JSON
MAX_RETRY_AFTER = 600.0  # seconds
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds between attempts
USER_AGENT = "evergreen-poller"
NO_CONTENT = (204, 205)

NOTHING = object()  # the server has nothing (new); not JSON, whose `null` is None


class HttpError(Exception):
    """The server did not respond as expected; `retry_after` (seconds) is its own request."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class HttpClient:
    """Fetches JSON until `stop` is set."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def fetch(self, url: str) -> Any:
        """Return decoded JSON, or NOTHING; raises HttpError, or StoppedError after a stop."""
        response = self._exchange(url)
        beginning = repr(response.body[:100].decode(errors="replace"))
        if response.status in NO_CONTENT:
            return NOTHING
        if 300 <= response.status < 400:
            raise HttpError(
                f"HTTP {response.status}: redirected to {ascii(response.location)[:200]}, which "
                "is not followed: change the URL of the source"
            )
        if not 200 <= response.status < 300 or response.status == 206:
            seconds = parse_retry_after(response.retry_after)
            raise HttpError(f"HTTP {response.status}: {beginning}", seconds)
        if problem := values_problem(response.body, MAX_VALUES):
            raise HttpError(f"the response has {problem}")
        try:
            return json.loads(response.body)
        except (ValueError, RecursionError):
            kind = response.content_type
            raise HttpError(
                f"not JSON but {kind and ascii(kind)[1:-1][:100]}: {beginning}"
            ) from None

    def _exchange(self, url: str) -> Response:
        try:
            exchange = Exchange(url, USER_AGENT, MAX_BYTES)
            return interruptible.call(exchange.run, self._stop, MAX_SECONDS, abort=exchange.abort)
        except StoppedError:
            raise
        except OverdueError:
            raise HttpError(f"the response took more than {MAX_SECONDS:g} s") from None
        except Exception as error:
            raise HttpError(described(error)) from error


def described(error: Exception) -> str:
    """Return the message of a library's error, its type if it has none; of bounded length."""
    return (str(error) or type(error).__name__)[:500]


def parse_retry_after(header: str) -> float:
    """Return the seconds of a Retry-After header (seconds or a date); 0 if it is neither."""
    if re.fullmatch(r"[0-9]{1,9}", header):
        seconds = float(header)
    else:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except Exception:  # noqa: BLE001 - not only ValueError, for instance for the year 1
            return 0.0
    return max(0.0, min(seconds, MAX_RETRY_AFTER))
