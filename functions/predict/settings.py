"""Settings of the function from environment variables; without pydantic, to start fast."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from common.errors import bad_value
from predict.record import Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `GET /forecast` reads and requests; minutes are integers."""

    feature_group_name: str
    history_minutes: int
    prediction_length: int
    samples: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The model that the API serves, and its limits."""

    cors_origins: tuple[str, ...]  # origins of web pages that may call the API
    endpoint_name: str
    forecast: Forecast | None  # None: without `GET /forecast`
    max_rows: int  # of one request
    record: Record

    @classmethod
    def from_env(cls) -> Self:
        """Read all variables; raises ValueError if one is missing or malformed."""
        return cls(
            cors_origins=_json("CORS_ORIGINS", tuple, "JSON list of origins"),
            endpoint_name=_read("ENDPOINT_NAME", str, "name of an endpoint"),
            forecast=_json("FORECAST", _forecast, "JSON object with the settings of a forecast"),
            max_rows=_read("MAX_ROWS", int, "integer"),
            record=_json("RECORD", Record.of, "JSON of a record.json"),
        )


def _forecast(fields: dict[str, Any] | None) -> Forecast | None:
    return None if fields is None else Forecast(**fields)


def _json(name: str, convert: Callable[[Any], T], expected: str) -> T:
    return _read(name, lambda text: convert(json.loads(text)), expected)


def _read(name: str, convert: Callable[[str], T], expected: str) -> T:
    text = os.environ.get(name)
    try:
        if text:
            return convert(text)
    except (KeyError, TypeError, ValueError):
        pass
    raise ValueError(bad_value(name, text, expected))
