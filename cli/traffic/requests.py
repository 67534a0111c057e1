"""Requests that are drawn from the data, each with what is needed for its ground truth. Pure."""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cli.errors import CommandError
from common import deepar, times


@dataclass(frozen=True, slots=True)
class Drawn:
    """The body of one request, and its ground truth: known, or that of the next minutes."""

    body: Any
    truth: str | None = None  # a line of CSV
    first_minute: str | None = None  # that a forecast covers


@dataclass(frozen=True, slots=True)
class Sent:
    """One answered request, as the log of a run has it."""

    inference_id: str
    time: str  # ISO
    status: int
    truth: str | None = None
    first_minute: str | None = None
    length: int = 0  # minutes of a forecast
    detail: str | None = field(default=None)


def histories(
    fees: Mapping[str, float | None], at: datetime, minutes: int, count: int
) -> Iterable[Drawn]:
    """Yield series of `minutes` minutes: the first one ends before `at`, each other one earlier.

    `fees` has the average fee (satoshi) of each minute (ISO). Series without any are left out.
    """
    for k in range(count):
        end = times.floor_minute(at) - k * times.MINUTE
        first = end - minutes * times.MINUTE
        target = [fees.get(name) for name in times.minutes(first, minutes)]
        if any(fee is not None for fee in target):
            yield Drawn(deepar.instance(first, target), first_minute=times.iso(end))


def rows(text: str, record: Mapping[str, Any], count: int, seed: int) -> Iterable[Drawn]:
    """Yield rows of a CSV file with a header, in random order, as the model's record has them.

    Raises CommandError if a column is missing or a value is not of its type.
    """
    lines = list(csv.DictReader(text.splitlines()))
    target, features = record["target"], record["features"]
    names = [feature["name"] for feature in features]
    found = set(lines[0]) if lines else set()
    if missing := sorted({*names, target} - found):
        raise CommandError(f"--data: got no column {', '.join(missing)}, expected a CSV header", 2)
    random.Random(seed).shuffle(lines)  # noqa: S311 - a sample
    matrix = record.get("request", {}).get("matrix")
    for line in lines[:count]:
        values = {feature["name"]: _value(feature, line) for feature in features}
        body = values if matrix is None else {matrix: [list(values.values())]}
        yield Drawn(body, truth=line[target])


def _value(feature: Mapping[str, Any], line: Mapping[str, str | None]) -> float | str:
    text = line[feature["name"]]
    if text is None:  # the line has fewer cells than the header
        raise CommandError(f"--data: {feature['name']}: got nothing, expected a value")
    if feature["type"] != "number":
        return text
    try:
        return float(text)
    except ValueError:
        raise CommandError(f"--data: {feature['name']}: got {text!r}, expected a number") from None


def forecast_truth(sent: Sent, fees: Mapping[str, float | None]) -> str | None:
    """Return the actual values of a forecast as CSV, None while its last minute is not known.

    A minute that the store does not have, although it has a later one, is empty.
    """
    if sent.first_minute is None:
        return sent.truth
    names = times.minutes(times.parse(sent.first_minute), sent.length)
    values = [fees.get(name) for name in names]
    if not values or values[-1] is None:
        return None
    return ",".join("" if value is None else f"{value}" for value in values)


def minutes_of(runs: Sequence[Sent]) -> list[str]:
    """Return the minutes (ISO) that the forecasts of a run cover."""
    found: set[str] = set()
    for sent in runs:
        if sent.first_minute is not None:
            found |= set(times.minutes(times.parse(sent.first_minute), sent.length))
    return sorted(found)
