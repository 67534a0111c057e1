"""What the worker processes run: each simulates or reads one series and measures all methods."""

import warnings

from benchmarks.forecasting import measurement, regimes, series
from benchmarks.forecasting.measurement import Score
from benchmarks.forecasting.regimes import RegimeScore

HOURS = (series.TRAINING + series.TEST) // 60


def prepare() -> None:
    """Import what fits import, so that their CPU seconds do not include it."""
    warnings.filterwarnings("ignore")
    from sklearn import ensemble  # noqa: F401, PLC0415
    from statsforecast import models  # noqa: F401, PLC0415

    from sagemaker_pipelines.container.algorithms.deepar import loop, network  # noqa: F401, PLC0415


def steady(name: str, seed: int) -> list[Score]:
    """Score all methods on a series without a change."""
    if name == "recorded":
        return measurement.compare(series.recorded()[seed])
    change = {"calm": None, "busy": 0.0}[name]
    return measurement.compare(series.simulated(name, seed, HOURS, change))


def changed(seed: int) -> list[RegimeScore]:
    """Score the methods at each time after a change of regime."""
    sequence = series.simulated("change", seed, regimes.HOURS, regimes.CHANGE_HOURS)
    return [s for after in regimes.AFTER_HOURS for s in regimes.compare(sequence, after)]
