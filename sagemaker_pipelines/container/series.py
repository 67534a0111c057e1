"""A time series in DeepAR's JSON: `{"start": "2024-10-10 00:00:00", "target": [1.5, "NaN"]}`."""

import gzip
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError

from common.config import describe
from common.deepar import MAX_FORECAST
from common.errors import bad_value

MAX_VALUE = MAX_FORECAST  # the forecast of larger values could exceed 32-bit floats


class SeriesError(ValueError):
    """The JSON is not a time series; the message states the expected format."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values at equal steps from `start` (UTC); missing values are NaN."""

    start: np.datetime64
    target: NDArray[np.float32]

    def upto(self, length: int) -> "Series":
        """Return the first `length` values as a series."""
        return Series(self.start, self.target[:length])


def _start(value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value.strip().removesuffix("Z"))
    except (AttributeError, ValueError):
        time = None
    if time is None or time.tzinfo:
        raise ValueError("a time like 2024-10-10 00:00:00 (UTC)")
    return time


def _value(value: Any) -> float:
    if value is None or value == "NaN":
        return math.nan
    if type(value) not in (int, float) or abs(value) > MAX_VALUE:
        raise ValueError(f'a finite number up to {MAX_VALUE:g}, null or "NaN"')
    return float(value)


class _Instance(BaseModel):
    model_config = ConfigDict(title="series")

    start: Annotated[datetime, BeforeValidator(_start)]
    # Stops at the first bad value: the list of two million errors takes 15 s and 4 GB.
    target: Annotated[
        list[Annotated[float, BeforeValidator(_value)]], Field(min_length=1), FailFast()
    ]


def parse(instance: Any) -> Series:
    """Validate one JSON object; raises SeriesError."""
    try:
        valid = _Instance.model_validate(instance)
    except ValidationError as error:
        raise SeriesError(describe(error)) from None
    target = np.array(valid.target, np.float32)
    if np.isnan(target).all():
        raise SeriesError("target: got only missing values, expected at least one number")
    return Series(np.datetime64(valid.start, "s"), target)


def impute(target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Replace missing values by the last known value (at the start by the first known one)."""
    known = np.flatnonzero(~np.isnan(target))
    if not known.size:
        return np.zeros_like(target)
    previous = np.searchsorted(known, np.arange(target.size), side="right") - 1
    return target[known[np.maximum(previous, 0)]]


def read_channel(folder: Path) -> list[Series]:
    """Read every JSON Lines file of a channel (.json, .jsonl, optionally with gzip).

    Raises SeriesError, or OSError, EOFError and zlib.error for a damaged file.
    """
    return [parse(document) for document in _documents(folder)]


def uses(folder: Path, key: str) -> bool:
    """Return whether any series of the channel has an optional field (cat, dynamic_feat)."""
    return any(isinstance(found, dict) and key in found for found in _documents(folder))


def _documents(folder: Path) -> Iterator[Any]:
    for line in _lines(folder):
        try:
            yield json.loads(line)
        except (RecursionError, ValueError) as error:
            raise SeriesError(bad_value("line", line, f"JSON ({error})")) from None


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.name.removesuffix(".gz").endswith((".json", ".jsonl")):
            content = path.read_bytes()
            text = gzip.decompress(content) if path.suffix == ".gz" else content
            yield from (line for line in text.decode().splitlines() if line.strip())
