"""The body of a proxy event and its content type. Pure."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from common.errors import bad_value
from predict.problems import Kind, ProblemError

JSON, CSV = "application/json", "text/csv"


def content_type(headers: Mapping[str, str], *, tabular: bool) -> str:
    """Return the content type of a request, JSON by default; raises ProblemError."""
    given = headers.get("content-type") or JSON
    found = given.partition(";")[0].strip().lower()
    supported = [JSON, CSV] if tabular else [JSON]
    if found not in supported:
        detail = bad_value("Content-Type", given, " or ".join(supported))
        raise ProblemError(Kind.UNSUPPORTED_MEDIA_TYPE, detail)
    return found


def text(event: Mapping[str, Any]) -> str:
    """Return the text of the body; raises ProblemError if it is empty or not UTF-8."""
    body = event.get("body")
    try:
        if body and event.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ProblemError(Kind.INVALID_BODY, "body: expected text in UTF-8") from None
    found = str(body or "").removeprefix("\ufeff")  # a byte order mark, which Excel writes
    if not found.strip():
        raise ProblemError(Kind.INVALID_BODY, "body: got nothing, expected a request")
    return found
