"""The comparison of one feature with its baseline, and the rule by which it has drifted. Pure.

Two of three distances must be above their limits; what these are depends on the data: drift.py for
minutes, row_drift.py for rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import Array, Distances

# A baseline whose parts are all alike has limits of about zero: they are never below these.
LOWEST = Distances(psi=0.2, ks=0.15, wasserstein=0.25)
# The limits of a baseline that says nothing about the difference between its parts.
UNKNOWN = Distances(psi=5.0, ks=0.7, wasserstein=2.5)
# Fewer known values than this share of the baseline's are a drift of their own.
MINIMUM_KNOWN = 0.5
MISSING_SCORE = 10.0


@dataclass(frozen=True, slots=True)
class Drift:
    """The comparison of one feature; `score` above 1 is a drift, None if nothing is comparable."""

    name: str
    score: float | None
    reason: str
    hours: int = 0  # of the day that were compared; 0 for rows
    known: float = 0.0  # share of known values in the window
    baseline_known: float = 0.0
    compared: Distances | None = None  # they decide: of minutes, means over the hours of day
    limits: Distances | None = None
    plain: Distances | None = None  # without regard to the hours, in the feature's unit
    medians: Mapping[str, float] = field(default_factory=dict)

    @property
    def drifted(self) -> bool:
        """Whether it is a drift."""
        return self.score is not None and self.score > 1

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "drifted": self.drifted,
            "score": self.score,
            "reason": self.reason,
            "hours": self.hours,
            "known": self.known,
            "baseline_known": self.baseline_known,
            **{
                name: value._asdict() if value else None
                for name, value in (
                    ("compared", self.compared),
                    ("limits", self.limits),
                    ("plain", self.plain),
                )
            },
            "medians": dict(self.medians),
        }


def known_share(series: pd.Series) -> float:
    """Return the share of the values that are known, 0 without any."""
    return float(np.isfinite(series.to_numpy(float, na_value=np.nan)).mean()) if len(series) else 0


def too_few_known(name: str, known: float, before: float) -> Drift | None:
    """Return the drift of a feature whose values are missing, None if they are not."""
    if known >= MINIMUM_KNOWN * before:
        return None
    reason = f"only {known:.0%} of the values are known, in the baseline {before:.0%}"
    return Drift(name, MISSING_SCORE, reason, known=known, baseline_known=before)


def judge(
    drift: Drift,
    compared: Distances,
    limits: Distances,
    before: Array,
    now: Array,
    *,
    plain: Distances | None = None,
) -> Drift:
    """Return the comparison with its distances; `before` and `now` are the known values."""
    ratios = sorted(value / limit for value, limit in zip(compared, limits, strict=True))
    return replace(
        drift,
        score=ratios[-2],
        reason=_reason(compared, limits),
        compared=compared,
        limits=limits,
        plain=plain,
        medians={"baseline": float(np.median(before)), "window": float(np.median(now))},
    )


def _reason(found: Distances, limits: Distances) -> str:
    return ", ".join(
        f"{name} {value:.2f} (limit {limit:.2f})"
        for name, value, limit in zip(("PSI", "KS", "Wasserstein"), found, limits, strict=True)
    )
