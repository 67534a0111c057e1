"""Features at training time, in the schemas of SageMaker Model Monitor. Pure.

A table has a column of numbers or of texts for every feature, and a row per minute; or without a
time index, a row per row of the training.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sagemaker_pipelines.monitoring.drift import Baseline
from sagemaker_pipelines.monitoring.drift_result import LOWEST, UNKNOWN

Array = NDArray[np.float64]
BUCKETS = 10
SKETCH_SIZE = 2048


def data_statistics(table: pd.DataFrame) -> dict[str, Any]:
    """Return the distribution of every feature."""
    features = [_feature_statistics(str(name), table[name]) for name in table]
    return {"version": 0.0, "dataset": {"item_count": len(table)}, "features": features}


def _feature_statistics(name: str, series: pd.Series) -> dict[str, Any]:
    if is_text(series):
        return {"name": name, "inferred_type": "String", "string_statistics": _texts(series)}
    values = series.to_numpy(float)
    return {
        "name": name,
        "inferred_type": inferred_type(values),
        "numerical_statistics": _numbers(values),
    }


def is_text(series: pd.Series) -> bool:
    """Return whether a feature is a text."""
    return not pd.api.types.is_numeric_dtype(series)


def _texts(series: pd.Series) -> dict[str, Any]:
    counts = series.value_counts().sort_index()
    present = int(counts.sum())
    buckets = [{"value": str(value), "count": int(count)} for value, count in counts.items()]
    return {
        "common": {"num_present": present, "num_missing": len(series) - present},
        "distinct_count": float(len(buckets)),
        "distribution": {"categorical": {"buckets": buckets}},
    }


def _numbers(values: Array) -> dict[str, Any]:
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
    return statistics


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
    """Return constraints of every feature: type, completeness, values, and distance.

    Minutes may be as far apart as days are. Of rows, chance is subtracted from the distance, and
    the range is kept, which a stream leaves by itself.
    """
    of_rows = not isinstance(table.index, pd.DatetimeIndex)
    make = _of_rows if of_rows else _of_minutes
    compared = _distribution(LOWEST.ks, "Robust") if of_rows else _distribution(UNKNOWN.ks)
    return {
        "version": 0.0,
        "features": [make(str(name), table[name]) for name in table],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": compared,
        },
    }


def _of_minutes(name: str, series: pd.Series) -> dict[str, Any]:
    values = series.to_numpy(float)
    known = values[np.isfinite(values)]
    limit = _distribution(Baseline(name, series).plain_limit)
    return {
        "name": name,
        "inferred_type": inferred_type(values),
        "completeness": known.size / max(1, values.size),
        "num_constraints": {"is_non_negative": bool((known >= 0).all())},
        "monitoringConfigOverrides": {"distribution_constraints": limit},
    }


def _of_rows(name: str, series: pd.Series) -> dict[str, Any]:
    known = series.dropna()
    constraints: dict[str, Any] = {"name": name, "completeness": len(known) / max(1, len(series))}
    if is_text(series):
        domains = sorted(map(str, known.unique()))
        texts = {"inferred_type": "String", "string_constraints": {"domains": domains}}
        return constraints | texts
    values = {"is_non_negative": bool((known >= 0).all())}
    limits = {"minimum": float(known.min()), "maximum": float(known.max())} if len(known) else {}
    kind = inferred_type(series.to_numpy(float))
    return constraints | {"inferred_type": kind, "num_constraints": {**values, **limits}}


def _distribution(threshold: float, method: str = "Simple") -> dict[str, Any]:
    # "Simple" is the largest difference between the distribution functions.
    return {
        "perform_comparison": "Enabled",
        "comparison_threshold": threshold,
        "comparison_method": method,
    }
