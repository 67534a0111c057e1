"""A time series in DeepAR's JSON: `{"start": "2024-10-10 00:00:00", "target": [1.5, "NaN"]}`."""

import gzip
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from common.config import describe
from common.deepar import MAX_FORECAST
from common.errors import bad_value
from sagemaker_pipelines.container.json_text import loads

MAX_CATEGORIES, MAX_FEATURES = 100_000, 100  # of a grouping; groupings or features of a series
MAX_VALUE = MAX_FORECAST  # the forecast of larger values could exceed 32-bit floats


Category = Annotated[int, Field(strict=True, ge=0, lt=MAX_CATEGORIES)]


class SeriesError(ValueError):
    """The JSON is not a time series; the message states the expected format."""


def no_features() -> NDArray[np.float32]:
    """Return the features of a series without any: shape (0, 0)."""
    return np.empty((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Series:
    """Values at equal steps from `start` (UTC); missing values are NaN.

    `cat` has the number of its category in each grouping; `dynamic_feat` has the shape (features,
    steps) and may go on after the target. Both are empty without.
    """

    start: np.datetime64
    target: NDArray[np.float32]
    cat: tuple[int, ...] = ()
    dynamic_feat: NDArray[np.float32] = field(default_factory=no_features)

    def upto(self, length: int) -> "Series":
        """Return the first `length` values as a series; its features still go on after them."""
        return replace(self, target=self.target[:length])


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


def _numbers(values: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Check a list of numbers at once, any other list value by value."""
    if isinstance(values, list) and values and {*map(type, values)} <= {int, float}:
        with suppress(OverflowError):  # of an integer
            numbers = np.array(values, np.float64)
            if np.abs(numbers).max() <= MAX_VALUE:  # False with NaN
                return numbers
    return validate(values)


def _feature(value: Any) -> float:
    number = None if value is None or value == "NaN" else _value(value)
    if number is None:
        raise ValueError("a finite number: features have no missing values")
    return number


class _Instance(BaseModel):
    model_config = ConfigDict(title="series")

    start: Annotated[datetime, BeforeValidator(_start)]
    # Stops at the first bad value: the list of two million errors takes 15 s and 4 GB.
    target: Annotated[
        list[Annotated[float, BeforeValidator(_value)]],
        Field(min_length=1),
        FailFast(),
        WrapValidator(_numbers),
    ]
    cat: Annotated[list[Category], Field(max_length=MAX_FEATURES), FailFast()] = []
    dynamic_feat: Annotated[
        list[Annotated[list[Annotated[float, BeforeValidator(_feature)]], FailFast()]],
        Field(max_length=MAX_FEATURES),
        FailFast(),
    ] = []


def parse(instance: Any) -> Series:
    """Validate one JSON object; raises SeriesError."""
    try:
        valid = _Instance.model_validate(instance)
    except ValidationError as error:
        raise SeriesError(describe(error)) from None
    target = np.array(valid.target, np.float32)
    if np.isnan(target).all():
        raise SeriesError("target: got only missing values, expected at least one number")
    lengths = [len(values) for values in valid.dynamic_feat]
    if len(set(lengths)) > 1:
        raise SeriesError(bad_value("dynamic_feat: lengths", lengths, "equal ones"))
    features = np.array(valid.dynamic_feat, np.float32) if lengths else no_features()
    return Series(np.datetime64(valid.start, "s"), target, tuple(valid.cat), features)


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


def _documents(folder: Path) -> Iterator[Any]:
    for line in _lines(folder):
        try:
            yield loads(line)
        except (RecursionError, ValueError) as error:
            raise SeriesError(bad_value("line", line, f"JSON ({error})")) from None


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.name.removesuffix(".gz").endswith((".json", ".jsonl")):
            content = path.read_bytes()
            text = gzip.decompress(content) if path.suffix == ".gz" else content
            yield from (line for line in text.decode().splitlines() if line.strip())
