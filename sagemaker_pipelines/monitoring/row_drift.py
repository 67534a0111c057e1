"""Whether a feature or the prediction of a tabular model has drifted from its baseline. Pure.

Rows have no time: all of a window are compared with all of the baseline. How far they may be apart
by chance follows from the baseline itself: from random samples of it that have as many values as
the window. A feature has drifted if two of three distances are above their limits.
"""

import numpy as np
import pandas as pd

from sagemaker_pipelines.monitoring.distances import Array, Distances, distances
from sagemaker_pipelines.monitoring.drift_result import (
    LOWEST,
    Drift,
    judge,
    known_share,
    too_few_known,
)
from sagemaker_pipelines.monitoring.season import spread

MINIMUM_ROWS = 30
SAMPLES = 200
# A limit is the mean distance of the samples, plus so many standard deviations.
DEVIATIONS = 4.0
# More values say no more, and take longer.
MOST_ROWS = 10_000


def compare(name: str, baseline: pd.Series, window: pd.Series) -> Drift:
    """Compare the values of a window with those of the baseline; NaN where unknown."""
    known, before_known = known_share(window), known_share(baseline)
    if len(window) >= MINIMUM_ROWS and (missing := too_few_known(name, known, before_known)):
        return missing
    before, now = _values(baseline), _values(window)
    for values, where in ((before, "baseline"), (now, "window")):
        if len(values) < MINIMUM_ROWS:
            reason = f"the {where} has {len(values)} values, expected at least {MINIMUM_ROWS}"
            return Drift(name, None, reason, known=known, baseline_known=before_known)
    drift, unit = Drift(name, None, "", known=known, baseline_known=before_known), spread(before)
    limits = _limits(before, len(now), unit)
    return judge(drift, _distances(before, now, unit), limits, before, now)


def _values(series: pd.Series) -> Array:
    values: Array = series.to_numpy(float, na_value=np.nan)
    values = values[np.isfinite(values)]
    if len(values) <= MOST_ROWS:
        return values
    # Evenly from the sorted values, which keeps the distribution, whatever the order was.
    positions = np.linspace(0, len(values) - 1, MOST_ROWS).round().astype(int)
    chosen: Array = np.sort(values)[positions]
    return chosen


def _distances(before: Array, now: Array, unit: float) -> Distances:
    found = distances(before, now)
    return found._replace(wasserstein=found.wasserstein / unit)


def _limits(baseline: Array, count: int, unit: float) -> Distances:
    """Return the distances that are normal between the baseline and `count` rows like it.

    Both samples are drawn with replacement, because the baseline is a sample, too.
    """
    draw = np.random.default_rng(0)  # the same limits in every run
    found = [
        _distances(draw.choice(baseline, len(baseline)), draw.choice(baseline, count), unit)
        for _ in range(SAMPLES)
    ]
    limits = np.mean(found, axis=0) + DEVIATIONS * np.std(found, axis=0)
    return Distances(*np.maximum(limits, LOWEST).tolist())
