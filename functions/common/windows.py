"""The minutes that a forecast reads (context) and is scored on (truth)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common import feature_rows, times

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

Fees = list[float | None]  # average fee (satoshi) per minute; None: not known


@dataclass(frozen=True, slots=True)
class ForecastWindows:
    """Consecutive minutes, split into context and truth."""

    first: datetime  # of context
    context: Fees
    truth: Fees

    @property
    def first_truth(self) -> datetime:
        """First minute of the truth, which is the first one to forecast."""
        return self.first + len(self.context) * times.MINUTE

    def shortage(self) -> str | None:
        """Return which part has rows for less than half of its minutes, None if neither."""
        for name, fees in (("context", self.context), ("truth", self.truth)):
            known = sum(fee is not None for fee in fees)
            if known * 2 < len(fees):
                return f"{name} has rows for only {known} of {len(fees)} minutes"
        return None


def newest(
    store: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    now: datetime,
    *,
    history: int,
    length: int,
    lag: int,
    count: int = 1,
) -> list[ForecastWindows]:
    """Read `count` windows, newest first; the truths are disjoint and end `lag` before `now`.

    The context of each is the `history` minutes before its truth of `length` minutes.
    """
    span = history + count * length
    first = times.floor_minute(now) - timedelta(minutes=lag + span)
    fees = average_fees(store, group, times.minutes(first, span))
    return [
        ForecastWindows(
            first + start * times.MINUTE,
            fees[start : start + history],
            fees[start + history : start + history + length],
        )
        for start in range((count - 1) * length, -1, -length)
    ]


def average_fees(
    store: "SageMakerFeatureStoreRuntimeClient", group: str, minutes: list[str]
) -> Fees:
    """Return the average fee (satoshi) of each minute, None where there is none."""
    rows = feature_rows.batch_get(store, group, minutes)
    return [feature_rows.number(rows.get(name, {}), feature_rows.AVERAGE_FEE) for name in minutes]
