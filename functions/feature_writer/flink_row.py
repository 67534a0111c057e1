"""A row of the Flink engine -> the records that `window_aggregator` would write. Pure."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from common.errors import bad_value
from common.feature_rows import EVENT_TIME, FEATURES, MINUTE

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime.type_defs import FeatureValueTypeDef

TYPES = {MINUTE: str, **FEATURES, EVENT_TIME: str}


class RowError(ValueError):
    """The stream's record is not a row of a minute."""


def parse(data: bytes) -> dict[str, Any]:
    """Parse a row (JSON); raises RowError unless it has exactly the expected fields and types."""
    try:
        row = json.loads(data)
    except ValueError as error:
        raise RowError(bad_value("row", data, f"JSON ({error})")) from error
    # Types are compared exactly: a similar type would change the meaning of the feature.
    if not (isinstance(row, dict) and {name: type(value) for name, value in row.items()} == TYPES):
        raise RowError(bad_value("row", data, f"fields {', '.join(TYPES)}"))
    return row


def check_features(features: Sequence[str]) -> None:
    """Raise ValueError for a feature that the Flink engine does not compute."""
    if unknown := sorted(set(features) - set(FEATURES)):
        raise ValueError(bad_value("feature", ", ".join(unknown), f"one of {', '.join(FEATURES)}"))


def record(row: dict[str, Any], features: Sequence[str]) -> "list[FeatureValueTypeDef]":
    """Return the record of a row for a feature group with these features.

    A fractional number is written as the shortest text that parses to the same float64.
    """
    values = {name: row[name] for name in (MINUTE, *features, EVENT_TIME)}
    return [
        {"FeatureName": name, "ValueAsString": value if type(value) is str else repr(value)}
        for name, value in values.items()
    ]
