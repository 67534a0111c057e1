"""JSON from a server that may be busy, broken or slow: an answer, or a sentence what it was."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import HTTPError

TIMEOUT = (5, 20)  # seconds to connect, and between bytes
LONGEST_ANSWER = 40.0  # seconds, however steadily its bytes drip
MAX_BYTES = 64_000_000  # several times the largest block as JSON
LONGEST_WAIT = 600.0  # seconds, however long the server asks us to wait
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds, of the backoff after failures
AGENT = "evergreen-poller"


class AnswerError(Exception):
    """The server gave something else than was asked for; says what, and when to ask again."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


FAILURES = (AnswerError, requests.RequestException)


def session() -> requests.Session:
    """Open a session that says who asks."""
    opened = requests.Session()
    opened.headers["User-Agent"] = AGENT
    return opened


def fetch(opened: requests.Session, url: str) -> Any:
    """Get decoded JSON; raise AnswerError or requests' errors."""
    end = time.monotonic() + LONGEST_ANSWER
    with opened.get(url, timeout=TIMEOUT, stream=True) as answer:
        body = _read(answer, end)
    shown = repr(body[:100].decode(errors="replace"))
    if answer.status_code != requests.codes.ok:
        seconds = asked_delay(answer.headers.get("Retry-After", ""))
        raise AnswerError(f"HTTP {answer.status_code}: {shown}", seconds)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        kind = answer.headers.get("Content-Type")
        raise AnswerError(f"not JSON but {kind}: {shown}") from None


def asked_delay(retry_after: str) -> float:
    """Read a Retry-After header, seconds or a date; 0 if it is neither."""
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        seconds = float(retry_after)
    else:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except ValueError:
            return 0.0
    return max(0.0, min(seconds, LONGEST_WAIT))


def _read(answer: requests.Response, end: float) -> bytes:
    body = bytearray()
    try:
        # What has come so far, rather than a full chunk: a dripping answer must not outlast `end`.
        while piece := answer.raw.read1(65_536, decode_content=True):
            body += piece
            if len(body) > MAX_BYTES:
                raise AnswerError(f"an answer of more than {MAX_BYTES} bytes")
            if time.monotonic() > end:
                raise AnswerError(f"an answer that took more than {LONGEST_ANSWER:g} s")
    except (HTTPError, OSError) as error:
        raise AnswerError(f"the answer broke off after {len(body)} bytes: {error}") from error
    return bytes(body)
