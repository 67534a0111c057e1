"""Rows of the feature group (one per minute): their features, and reading them online."""

from collections.abc import Mapping, Sequence
from math import isfinite
from time import sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

MINUTE = "tx_minute"  # record identifier: start of the minute, `YYYY-MM-DDTHH:MM:SSZ`
EVENT_TIME = "event_time"  # `YYYY-MM-DDTHH:MM:SS.mmmZ`; grows with the minute's transactions
AVERAGE_FEE = "avg_fee_1min"
# Features of the first version of the group with their Python types; fees in satoshi.
FEATURES: dict[str, type[int | float]] = {
    "total_nb_trx_1min": int,
    "total_fee_1min": int,
    AVERAGE_FEE: float,
}

BATCH_SIZE = 100  # identifiers in one BatchGetRecord
MAX_ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.05  # before the second attempt; doubles with each

Row = dict[str, str]


def number(row: Mapping[str, str], feature: str) -> float | None:
    """Return a feature of a row, None if it has none: Feature Store has no null.

    What is not a finite number counts as missing too; the aggregator never writes it.
    """
    try:
        value = float(row[feature])
    except (KeyError, TypeError, ValueError):
        return None
    return value if isfinite(value) else None


class FeatureStoreError(RuntimeError):
    """The online store reported an error or left identifiers unprocessed."""


def batch_get(
    store: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    minutes: Sequence[str],
    features: Sequence[str] = (),
) -> dict[str, Row]:
    """Read the online rows of the minutes (ISO) that have one -> feature texts by minute.

    `features` limits the row to these; by default it has all. Unprocessed identifiers are
    requested again with exponential back-off. Raises FeatureStoreError.
    """
    rows: dict[str, Row] = {}
    for start in range(0, len(minutes), BATCH_SIZE):
        rows |= _batch(store, group, list(minutes[start : start + BATCH_SIZE]), features)
    return rows


def _batch(
    store: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    minutes: list[str],
    features: Sequence[str],
) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    identifiers: Any = [{"FeatureGroupName": group, "RecordIdentifiersValueAsString": minutes}]
    if features:
        identifiers[0]["FeatureNames"] = list(dict.fromkeys([MINUTE, *features]))
    for attempt in range(MAX_ATTEMPTS):
        if attempt:
            sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        response = store.batch_get_record(Identifiers=identifiers)
        if errors := response.get("Errors"):
            error = errors[0]
            raise FeatureStoreError(f"{group}: {error['ErrorCode']}: {error['ErrorMessage']}")
        for record in response["Records"]:
            row = {part["FeatureName"]: part["ValueAsString"] for part in record["Record"]}
            rows[row[MINUTE]] = row
        identifiers = response.get("UnprocessedIdentifiers")
        if not identifiers:
            return rows
    raise FeatureStoreError(f"{group}: minutes unprocessed after {MAX_ATTEMPTS} attempts")
