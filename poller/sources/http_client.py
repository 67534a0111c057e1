"""Fetch JSON; every failure raises HttpError with the cause and when to retry."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

TIMEOUT = (5, 20)  # seconds to connect, and between bytes
MAX_SECONDS = 40.0  # per response, however steadily its bytes arrive
MAX_BYTES = 64_000_000  # several times the largest block as JSON
MAX_RETRY_AFTER = 600.0  # seconds
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds between attempts
USER_AGENT = "evergreen-poller"


class HttpError(Exception):
    """The server did not respond as expected; `retry_after` (seconds) is its own request."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def session() -> requests.Session:
    """Return a session with our user agent."""
    opened = requests.Session()
    opened.headers["User-Agent"] = USER_AGENT
    return opened


def fetch(session: requests.Session, url: str) -> Any:
    """Return decoded JSON; raises HttpError."""
    try:
        with session.get(url, timeout=TIMEOUT, stream=True) as response:
            body = _read(response, time.monotonic() + MAX_SECONDS)
    except requests.RequestException as error:
        raise HttpError(str(error)) from error
    beginning = repr(body[:100].decode(errors="replace"))
    if response.status_code != requests.codes.ok:
        seconds = parse_retry_after(response.headers.get("Retry-After", ""))
        raise HttpError(f"HTTP {response.status_code}: {beginning}", seconds)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        content_type = response.headers.get("Content-Type")
        raise HttpError(f"not JSON but {content_type}: {beginning}") from None


def parse_retry_after(header: str) -> float:
    """Return the seconds of a Retry-After header (seconds or a date); 0 if it is neither."""
    if re.fullmatch(r"[0-9]{1,9}", header):
        seconds = float(header)
    else:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except ValueError:
            return 0.0
    return max(0.0, min(seconds, MAX_RETRY_AFTER))


def _read(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    try:
        # `read1` returns what has arrived; waiting for full chunks could exceed the deadline.
        while chunk := response.raw.read1(65_536, decode_content=True):
            body += chunk
            if len(body) > MAX_BYTES:
                raise HttpError(f"the response has more than {MAX_BYTES} bytes")
            if time.monotonic() > deadline:
                raise HttpError(f"the response took more than {MAX_SECONDS:g} s")
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise HttpError(f"the response broke off after {len(body)} bytes: {error}") from error
    return bytes(body)
