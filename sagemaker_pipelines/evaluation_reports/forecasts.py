"""bias.json of a forecaster: the minutes of all judged windows as rows. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sagemaker_pipelines.evaluation_reports import bias, calibration
from sagemaker_pipelines.evaluation_reports.groups import Grouping

Array = NDArray[np.float64]


def report(
    windows: Sequence[Mapping[str, Any]],
    mean: Array,
    quantiles: Mapping[str, Array],
    groupings: Sequence[Grouping],
) -> dict[str, Any]:
    """Return the bias report of forecasts, with their calibration by hour.

    Forecasts have the shape (windows, horizon). Ranges can be those of two features, which are
    known before the forecast: `level`, the last value before the window, and `step`, the minutes
    ahead (from 1).
    """
    truth = np.array([window["truth"] for window in windows], float)
    count, horizon = truth.shape
    steps = np.tile(np.arange(1, horizon + 1), count)
    firsts = pd.to_datetime([window["first_minute"] for window in windows], utc=True)
    times = firsts.repeat(horizon) + pd.to_timedelta(steps - 1, unit="min")
    features = {
        "level": np.repeat([float(window["naive"]) for window in windows], horizon),
        "step": steps,
    }
    rows = bias.Predictions(mean.ravel(), {level: q.ravel() for level, q in quantiles.items()})
    labels = {grouping.name: grouping.labels(times, features) for grouping in groupings}
    return {
        **bias.report(truth.ravel(), rows, labels),
        "calibration_by_hour": calibration.by_hour(
            truth.ravel(), rows.quantiles, times.hour.to_numpy()
        ),
    }
