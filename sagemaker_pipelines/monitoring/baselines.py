"""Errors at training time, in the schemas of SageMaker Model Monitor. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Files of a baseline: features of the training by minute or by row, and forecasts of the backtest.
MINUTES, ROWS, PREDICTIONS = "minutes.csv", "rows.csv", "baseline.csv"
# What Model Monitor writes for a standard deviation that was not estimated.
NOT_ESTIMATED = "NaN"


def regression_metrics(truth: Array, forecast: Array) -> dict[str, dict[str, Any]]:
    """Return the errors of the mean forecast; missing truths (NaN) are ignored."""
    known = ~np.isnan(truth)
    error = forecast[known] - truth[known]
    mse = float(np.mean(error**2))
    spread = float(np.var(truth[known]))
    values = {
        "mae": float(np.abs(error).mean()),
        "mse": mse,
        "rmse": mse**0.5,
        "r2": 1 - mse / spread if spread else 0.0,
    }
    return {
        name: {"value": value, "standard_deviation": NOT_ESTIMATED}
        for name, value in values.items()
    }


def regression_statistics(
    metrics: dict[str, dict[str, Any]], count: int, time: str
) -> dict[str, Any]:
    """Return statistics.json of a model-quality run over `count` values at a time (ISO)."""
    return {
        "version": 0.0,
        "dataset": {"item_count": count, "evaluation_time": time},
        "regression_metrics": metrics,
    }


def regression_constraints(metrics: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return constraints that later errors must not exceed those of the backtest."""
    return {
        "version": 0.0,
        "regression_constraints": {
            name: {
                "threshold": metric["value"],
                "comparison_operator": "LessThanThreshold"
                if name == "r2"
                else "GreaterThanThreshold",
            }
            for name, metric in metrics.items()
        },
    }
