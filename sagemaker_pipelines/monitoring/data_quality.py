"""The data-quality run: features of a window against the constraints of the baseline. Pure.

Files and types of violations are those of SageMaker Model Monitor. Of minutes a whole day is
compared, so that the daily cycle does not count as a difference; drift.py compares the same hours.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sagemaker_pipelines.monitoring.data_baselines import inferred_type, is_text
from sagemaker_pipelines.monitoring.data_constraints import (
    Constraints,
    DistributionConstraints,
    FeatureConstraints,
    MonitoringConfig,
)
from sagemaker_pipelines.monitoring.distances import Array, largest_difference, robust

DRIFT_CHECK = "baseline_drift_check"
# A missing value in a thousand must not raise an alarm.
COMPLETENESS_TOLERANCE = 0.05
# New values are now and then beyond all of the training.
RANGE_TOLERANCE = 0.05


def violations(
    constraints: Constraints, baseline: pd.DataFrame, window: pd.DataFrame
) -> list[dict[str, str]]:
    """Return constraint_violations.json's list for the features of a window.

    Both tables have a row per minute, or per row of requests, and a column per feature.
    """
    config = constraints.monitoring_config
    if config.evaluate_constraints != "Enabled":
        return []
    known = {feature.name for feature in constraints.features}
    found = [
        _violation(name, "extra_column_check", "is not in the baseline")
        for name in window
        if name not in known
    ]
    for feature in constraints.features:
        if feature.name not in window:
            text = "is in the baseline, but not in the data"
            found.append(_violation(feature.name, "missing_column_check", text))
            continue
        before = baseline[feature.name] if feature.name in baseline else pd.Series(dtype=float)
        found += _of_feature(feature, config, before, window[feature.name])
    return found


def _of_feature(
    feature: FeatureConstraints, config: MonitoringConfig, baseline: pd.Series, window: pd.Series
) -> Iterator[dict[str, str]]:
    known = _known(window)
    share = known.size / max(1, len(window))
    if share < feature.completeness - COMPLETENESS_TOLERANCE:
        text = f"completeness is {share:.3f}, in the baseline {feature.completeness:.3f}"
        yield _violation(feature.name, "completeness_check", text)
    if not known.size:
        return
    if is_text(window):
        yield from _of_texts(feature, config, known)
    else:
        yield from _of_numbers(feature, known)
    before = _known(baseline)
    compared = feature.overrides.distribution_constraints or config.distribution_constraints
    if compared.perform_comparison == "Enabled" and before.size:
        distance = _distance(compared, before, known)
        if distance > compared.comparison_threshold:
            text = (
                f"distance of the distributions is {distance:.3f}, "
                f"the threshold {compared.comparison_threshold:.3f}"
            )
            yield _violation(feature.name, DRIFT_CHECK, text)


def _known(series: pd.Series) -> NDArray[Any]:
    values: NDArray[Any] = series.dropna().to_numpy(str if is_text(series) else float)
    return values if is_text(series) else values[np.isfinite(values)]


def _of_texts(
    feature: FeatureConstraints, config: MonitoringConfig, known: NDArray[Any]
) -> Iterator[dict[str, str]]:
    if feature.string_constraints is None:
        return
    unknown = known[~np.isin(known, feature.string_constraints.domains)]
    if 1 - unknown.size / known.size < config.domain_content_threshold:
        domains = ", ".join(feature.string_constraints.domains)
        text = f"has {unknown.size} values such as {unknown[0]!s:.40}, in the baseline {domains}"
        yield _violation(feature.name, "categorical_values_check", text)


def _of_numbers(feature: FeatureConstraints, known: Array) -> Iterator[dict[str, str]]:
    if feature.inferred_type == "Integral" and inferred_type(known) == "Fractional":
        fractional = float(np.mean(known != np.floor(known)))
        text = f"{fractional:.1%} of the values are Fractional, in the baseline all are Integral"
        yield _violation(feature.name, "data_type_check", text)
    # The schema has no type of its own for the sign and the range.
    allowed = feature.num_constraints
    if allowed.is_non_negative and (known < 0).any():
        text = f"{int((known < 0).sum())} values are negative, in the baseline none"
        yield _violation(feature.name, "data_type_check", text)
    low = -np.inf if allowed.minimum is None else allowed.minimum
    high = np.inf if allowed.maximum is None else allowed.maximum
    outside = float(np.mean((known < low) | (known > high)))
    if outside > RANGE_TOLERANCE:
        text = f"{outside:.1%} of the values are outside of the baseline's {low:g} to {high:g}"
        yield _violation(feature.name, "data_type_check", text)


def _distance(compared: DistributionConstraints, before: NDArray[Any], now: NDArray[Any]) -> float:
    found = largest_difference(before, now)
    if compared.comparison_method == "Simple":
        return found
    return robust(found, before.size, now.size)


def _violation(feature: str, check: str, text: str) -> dict[str, str]:
    return {
        "feature_name": feature,
        "constraint_check_type": check,
        "description": f"{feature} {text}",
    }


def report(found: list[dict[str, str]]) -> Mapping[str, Any]:
    """Return constraint_violations.json."""
    return {"violations": found}
