"""Minute rows of the Feature Store, as the monitor and the smoke test read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from common import times

BATCH = 100  # identifiers in one BatchGetRecord
ATTEMPTS = 5  # at what a call leaves unprocessed
PAUSE = 0.05  # seconds before the second attempt; doubles with each

Fees = list[float | None]


@dataclass(frozen=True, slots=True)
class Windows:
    """What a forecast reads (`context`) and what it is judged on (`truth`); None: no such row."""

    first: datetime  # of context
    context: Fees
    truth: Fees

    @property
    def first_truth(self) -> datetime:
        """The first minute that is forecast."""
        return self.first + len(self.context) * times.MINUTE

    def shortage(self) -> str | None:
        """Say what is missing for a forecast and its score, None if there is enough."""
        for name, fees in (("context", self.context), ("truth", self.truth)):
            known = sum(fee is not None for fee in fees)
            if known * 2 < len(fees):
                return f"only {known} of {len(fees)} minutes of {name} are known"
        return None


def newest(
    store: Any, group: str, now: datetime, *, history: int, length: int, lag: int
) -> Windows:
    """Read the newest `history` + `length` minutes that are complete `lag` minutes before now."""
    end = times.floor_minute(now) - timedelta(minutes=lag)
    first = end - timedelta(minutes=history + length)
    fees = read(store, group, times.minutes(first, history + length))
    return Windows(first, fees[:history], fees[history:])


def read(store: Any, group: str, minutes: Sequence[str]) -> Fees:
    """Return the average fee (satoshi) of each minute, None where there is no row.

    Raises RuntimeError if the store reports an error or keeps leaving identifiers unprocessed.
    """
    found: dict[str, float] = {}
    for start in range(0, len(minutes), BATCH):
        found |= _batch(store, group, minutes[start : start + BATCH])
    return [found.get(minute) for minute in minutes]


def _batch(store: Any, group: str, minutes: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    waiting = [{"FeatureGroupName": group, "RecordIdentifiersValueAsString": list(minutes)}]
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(PAUSE * 2 ** (attempt - 1))
        answer = store.batch_get_record(Identifiers=waiting)
        if errors := answer.get("Errors"):
            raise RuntimeError(f"{group}: {errors[0]['ErrorCode']}: {errors[0]['ErrorMessage']}")
        for record in answer["Records"]:
            row = {part["FeatureName"]: part["ValueAsString"] for part in record["Record"]}
            found[row["tx_minute"]] = float(row["avg_fee_1min"])
        if not (waiting := answer.get("UnprocessedIdentifiers") or []):
            return found
    raise RuntimeError(f"{group}: minutes stayed unprocessed after {ATTEMPTS} attempts")
