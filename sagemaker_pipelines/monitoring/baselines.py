"""Baseline files in the schemas of SageMaker Model Monitor: data and errors at training time."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sagemaker_pipelines.monitoring import drift

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


def data_statistics(table: pd.DataFrame) -> dict[str, Any]:
    """Return the distribution of every feature, each a column of numbers."""
    features = [_feature_statistics(name, table[name].to_numpy(float)) for name in table]
    return {"version": 0.0, "dataset": {"item_count": len(table)}, "features": features}


def _feature_statistics(name: str, values: Array) -> dict[str, Any]:
    known = np.sort(values[np.isfinite(values)])
    common = {"num_present": known.size, "num_missing": values.size - known.size}
    statistics: dict[str, Any] = {"common": common}
    if known.size:
        counts, edges = np.histogram(known, BUCKETS)
        buckets = [
            {"lower_bound": float(low), "upper_bound": float(high), "count": int(count)}
            for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
        statistics |= {
            "mean": float(known.mean()),
            "sum": float(known.sum()),
            "std_dev": float(known.std()),
            "min": float(known[0]),
            "max": float(known[-1]),
            "distribution": {"kll": {"buckets": buckets, "sketch": _sketch(known)}},
        }
    return {
        "name": name,
        "inferred_type": inferred_type(values),
        "numerical_statistics": statistics,
    }


def inferred_type(values: Array) -> str:
    """Return Model Monitor's type: Integral, Fractional, or Unknown without values."""
    known = values[np.isfinite(values)]
    if not known.size:
        return "Unknown"
    return "Integral" if (known == np.floor(known)).all() else "Fractional"


def _sketch(known: Array) -> dict[str, Any]:
    """Thin out sorted values to fit a KLL sketch; a value of level n represents 2^n values."""
    levels: list[list[float]] = []
    while known.size > SKETCH_SIZE:
        known = known[1::2]
        levels.append([])
    return {"parameters": {"c": 0.64, "k": float(SKETCH_SIZE)}, "data": [*levels, known.tolist()]}


def data_constraints(table: pd.DataFrame) -> dict[str, Any]:
    """Return constraints of every feature: type, completeness, sign, and distance between days."""
    return {
        "version": 0.0,
        "features": [_feature_constraints(name, table[name]) for name in table],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": _distribution_constraints(drift.UNKNOWN.ks),
        },
    }


def _feature_constraints(name: str, series: pd.Series) -> dict[str, Any]:
    values = series.to_numpy(float)
    known = values[np.isfinite(values)]
    threshold = _plain_limit(name, series)
    return {
        "name": name,
        "inferred_type": inferred_type(values),
        "completeness": known.size / max(1, values.size),
        "num_constraints": {"is_non_negative": bool((known >= 0).all())},
        "monitoringConfigOverrides": {
            "distribution_constraints": _distribution_constraints(threshold)
        },
    }


def _plain_limit(name: str, series: pd.Series) -> float:
    """Return the distance that is normal between days, or between samples of rows without time."""
    if isinstance(series.index, pd.DatetimeIndex):
        return drift.Baseline(name, series).plain_limit
    return drift.LOWEST.ks


def _distribution_constraints(threshold: float) -> dict[str, Any]:
    # "Simple" is the largest difference between the distribution functions.
    return {
        "perform_comparison": "Enabled",
        "comparison_threshold": threshold,
        "comparison_method": "Simple",
    }
