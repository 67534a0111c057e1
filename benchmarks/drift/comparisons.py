"""The comparison of the loop beside plain ones, which ignore the hour of day."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import distances, psi
from sagemaker_pipelines.monitoring.drift import MARGIN, Baseline
from sagemaker_pipelines.monitoring.drift_result import LOWEST, MINIMUM_KNOWN

Drifted = Callable[[pd.Series], bool]
DAY = 1440
TEXTBOOK_PSI = 0.25


def season_aware(baseline: pd.Series) -> Drifted:
    """Compare as the drift job does."""
    prepared = Baseline("feature", baseline)
    return lambda window: prepared.compare(window).drifted


def plain(baseline: pd.Series) -> Drifted:
    """Compare whole days by the same rule, without regard to the hours."""
    values = baseline.to_numpy()
    spread = values.std()
    days = np.split(values / spread, len(values) // DAY)
    between = [
        distances(np.concatenate(days[:k] + days[k + 1 :]), day) for k, day in enumerate(days)
    ]
    limits = np.maximum(MARGIN * np.mean(between, axis=0), LOWEST)

    def drifted(window: pd.Series) -> bool:
        known = window.dropna().to_numpy()
        if len(known) < MINIMUM_KNOWN * len(window):
            return True
        found = np.array(distances(values / spread, known / spread))
        return bool((found > limits).sum() >= 2)

    return drifted


def textbook(baseline: pd.Series) -> Drifted:
    """Compare by the usual rule: a population stability index above 0.25."""
    values = baseline.to_numpy()

    def drifted(window: pd.Series) -> bool:
        known = window.dropna().to_numpy()
        return len(known) < MINIMUM_KNOWN * len(window) or psi(values, known) > TEXTBOOK_PSI

    return drifted


COMPARISONS: dict[str, Callable[[pd.Series], Drifted]] = {
    "season-aware": season_aware,
    "plain": plain,
    "PSI > 0.25": textbook,
}
