"""Types of settings; a ValueError says what is expected."""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from common import times

HTTP, WEBSOCKET = ("http", "https"), ("ws", "wss")


def _json_pointer(text: str) -> str:
    if text and not text.startswith("/"):
        raise ValueError("a JSON pointer like /a/b")
    return text


def _stream_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", text):
        raise ValueError("1 to 64 lowercase letters, digits and hyphens")
    return text


def _time(value: object) -> datetime:
    try:
        return times.parse(str(value))
    except ValueError:
        raise ValueError("an ISO 8601 time") from None


def check_url(text: str | None, schemes: tuple[str, ...]) -> str:
    """Check a URL."""
    try:
        parts = urlsplit(text or "")
        valid = parts.scheme in schemes and parts.hostname and parts.port != 0
        (parts.hostname or "").encode("idna")  # as connecting to it will
    except ValueError:  # e.g. a port that is not a number, or an empty label of the host
        valid = False
    if not (text and valid) or re.search(r"\s", text):
        raise ValueError("a URL like " + " or ".join(f"{scheme}://…" for scheme in schemes))
    return text


Text = Annotated[str, Field(min_length=1)]
StreamName = Annotated[str, AfterValidator(_stream_name)]
JsonPointer = Annotated[str, AfterValidator(_json_pointer)]
Time = Annotated[datetime, BeforeValidator(_time)]
