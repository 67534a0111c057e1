"""A row as the Flink engine writes it -> the same record that `window_aggregator` makes. Pure."""

import json

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


def record(data: bytes) -> Record:
    """Return the Feature Store record of a row (JSON); raises RowError if it is none.

    Of a fractional number that is the shortest text which is read as the same float64.
    """
    try:
        row = json.loads(data)
    except ValueError as error:
        raise RowError(f"no JSON ({error}): {data!r}") from error
    # By exact type: a row that is nearly right would change what the feature means.
    if not (isinstance(row, dict) and {name: type(value) for name, value in row.items()} == TYPES):
        raise RowError(f"no row of a minute: {data!r}")
    return [
        {"FeatureName": name, "ValueAsString": row[name] if kind is str else repr(row[name])}
        for name, kind in TYPES.items()
    ]
