"""JSON of requests and training data."""

import json
from contextlib import suppress
from typing import Any

import orjson


def loads(text: bytes | str) -> Any:
    """Return the content of a JSON text; raises ValueError or RecursionError."""
    with suppress(ValueError):
        return orjson.loads(text)  # in a third of the time
    return json.loads(text)  # takes more, such as NaN, and says what is wrong
