"""Baseline files in the schemas of SageMaker Model Monitor: data and errors at training time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.feature_rows import AVERAGE_FEE

Array = NDArray[np.float64]
BUCKETS = 10
SKETCH_SIZE = 2048
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


def data_statistics(values: Array) -> dict[str, Any]:
    """Return the distribution of the average fee over the minutes of the history."""
    known = np.sort(values[~np.isnan(values)])
    counts, edges = np.histogram(known, BUCKETS)
    buckets = [
        {"lower_bound": float(low), "upper_bound": float(high), "count": int(count)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    statistics = {
        "common": {"num_present": known.size, "num_missing": values.size - known.size},
        "mean": float(known.mean()),
        "sum": float(known.sum()),
        "std_dev": float(known.std()),
        "min": float(known[0]),
        "max": float(known[-1]),
        "distribution": {"kll": {"buckets": buckets, "sketch": _sketch(known)}},
    }
    feature = {
        "name": AVERAGE_FEE,
        "inferred_type": "Fractional",
        "numerical_statistics": statistics,
    }
    return {"version": 0.0, "dataset": {"item_count": values.size}, "features": [feature]}


def _sketch(known: Array) -> dict[str, Any]:
    """Thin out sorted values to fit a KLL sketch; a value of level n represents 2^n values."""
    levels: list[list[float]] = []
    while known.size > SKETCH_SIZE:
        known = known[1::2]
        levels.append([])
    return {"parameters": {"c": 0.64, "k": float(SKETCH_SIZE)}, "data": [*levels, known.tolist()]}


def data_constraints(values: Array) -> dict[str, Any]:
    """Return constraints: the completeness of the average fee, and that it is not negative."""
    return {
        "version": 0.0,
        "features": [
            {
                "name": AVERAGE_FEE,
                "inferred_type": "Fractional",
                "completeness": float(np.mean(~np.isnan(values))),
                "num_constraints": {"is_non_negative": True},
            }
        ],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
            },
        },
    }
