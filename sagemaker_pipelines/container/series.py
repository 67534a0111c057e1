"""A time series in DeepAR's JSON: `{"start": "2024-10-10 00:00:00", "target": [1.5, "NaN"]}`."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class SeriesError(ValueError):
    """The JSON is no time series; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values at equal steps from `start` (UTC); missing ones are NaN."""

    start: np.datetime64
    target: NDArray[np.float32]

    def upto(self, length: int) -> "Series":
        """Give the series without what comes after its first `length` values."""
        return Series(self.start, self.target[:length])


def parse(entry: Any) -> Series:
    """Check one JSON object; raise SeriesError with a sentence."""
    if not isinstance(entry, dict):
        raise SeriesError("a series must be a JSON object with start and target")
    return Series(_start(entry.get("start")), _target(entry.get("target")))


def _start(value: Any) -> np.datetime64:
    if not isinstance(value, str):
        raise SeriesError(f"start must be text like 2024-10-10 00:00:00, not {value!r}")
    try:
        time = datetime.fromisoformat(value.strip().removesuffix("Z"))
    except ValueError:
        time = None
    if time is None or time.tzinfo:
        raise SeriesError(f"start must be a time like 2024-10-10 00:00:00 (UTC), not {value!r}")
    return np.datetime64(time, "s")


def _target(values: Any) -> NDArray[np.float32]:
    if not isinstance(values, list) or not values:
        raise SeriesError("target must be a list of at least one number")
    for position, value in enumerate(values):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number or value is None or value == "NaN"):
            raise SeriesError(f'target[{position}] must be a number, null or "NaN", not {value!r}')
    try:
        target = np.array([np.nan if v in (None, "NaN") else v for v in values], np.float64)
    except OverflowError:
        target = np.array([np.inf])
    if (np.abs(target) > np.finfo(np.float32).max).any():
        raise SeriesError("target must not hold infinite numbers")
    if np.isnan(target).all():
        raise SeriesError("target must hold at least one value that is not missing")
    return target.astype(np.float32)


def read_channel(folder: Path) -> list[Series]:
    """Read every JSON Lines file of a channel (.json, .jsonl, either may be gzipped)."""
    return [parse(json.loads(line)) for line in _lines(folder)]


def uses(folder: Path, key: str) -> bool:
    """Tell whether any series of the channel has an optional field (cat, dynamic_feat)."""
    entries = (json.loads(line) for line in _lines(folder))
    return any(isinstance(entry, dict) and key in entry for entry in entries)


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.name.removesuffix(".gz").endswith((".json", ".jsonl")):
            text = (
                gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            )
            yield from (line for line in text.decode().splitlines() if line.strip())
