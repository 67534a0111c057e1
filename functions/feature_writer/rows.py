"""A row as the Flink engine writes it -> the same records that `window_aggregator` makes. Pure."""

import json
from collections.abc import Sequence
from typing import Any

TYPES = {
    "tx_minute": str,
    "total_nb_trx_1min": int,
    "total_fee_1min": int,
    "avg_fee_1min": float,
    "event_time": str,
}

Record = list[dict[str, str]]


class RowError(ValueError):
    """The record is no row of a minute; says what it is."""


def read(data: bytes) -> dict[str, Any]:
    """Read a row (JSON); raises RowError if it is none."""
    try:
        row = json.loads(data)
    except ValueError as error:
        raise RowError(f"no JSON ({error}): {data!r}") from error
    # By exact type: a row that is nearly right would change what the feature means.
    if not (isinstance(row, dict) and {name: type(value) for name, value in row.items()} == TYPES):
        raise RowError(f"no row of a minute: {data!r}")
    return row


def record(row: dict[str, Any], features: Sequence[str]) -> Record:
    """Return the record of a row for a feature group that holds these features.

    Of a fractional number that is the shortest text which is read as the same float64. Raises
    ValueError for a feature that the Flink engine does not compute.
    """
    if unknown := set(features) - set(TYPES):
        raise ValueError(f"the Flink engine does not compute {', '.join(sorted(unknown))}")
    values = {name: row[name] for name in ("tx_minute", *features, "event_time")}
    return [
        {"FeatureName": name, "ValueAsString": value if type(value) is str else repr(value)}
        for name, value in values.items()
    ]
