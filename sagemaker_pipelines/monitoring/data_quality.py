"""The data-quality run: features of a day against the constraints of the baseline. Pure.

Files and types of violations are those of SageMaker Model Monitor. A whole day is compared, so
that the daily cycle does not count as a difference; drift.py compares the same hours.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from sagemaker_pipelines.monitoring.baselines import inferred_type
from sagemaker_pipelines.monitoring.constraints_file import ConstraintsFile
from sagemaker_pipelines.monitoring.distances import ks

DRIFT_CHECK = "baseline_drift_check"
# A missing value in a thousand must not raise an alarm.
COMPLETENESS_TOLERANCE = 0.05
Switch = Literal["Enabled", "Disabled"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class DistributionConstraints(_Model):
    """How the distribution is compared."""

    perform_comparison: Switch = "Enabled"
    comparison_threshold: Annotated[float, Field(ge=0)] = 0.1


class Overrides(_Model):
    """What a feature has in place of the settings of all features."""

    distribution_constraints: DistributionConstraints | None = None


class NumericConstraints(_Model):
    """Of a feature that is a number."""

    is_non_negative: bool = False


class FeatureConstraints(_Model):
    """What a feature must satisfy."""

    name: str
    inferred_type: str
    completeness: float = Field(0.0, ge=0, le=1)
    num_constraints: NumericConstraints = NumericConstraints()
    overrides: Overrides = Field(Overrides(), alias="monitoringConfigOverrides")


class MonitoringConfig(_Model):
    """Settings of all features."""

    evaluate_constraints: Switch = "Enabled"
    distribution_constraints: DistributionConstraints = DistributionConstraints()


class Constraints(ConstraintsFile):
    """constraints.json of the data."""

    features: list[FeatureConstraints]
    monitoring_config: MonitoringConfig = MonitoringConfig()


def violations(
    constraints: Constraints, baseline: pd.DataFrame, window: pd.DataFrame
) -> list[dict[str, str]]:
    """Return constraint_violations.json's list for the features of a window.

    Both tables have a row per minute and a column per feature.
    """
    if constraints.monitoring_config.evaluate_constraints != "Enabled":
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
        compared = (
            feature.overrides.distribution_constraints
            or constraints.monitoring_config.distribution_constraints
        )
        before = baseline[feature.name] if feature.name in baseline else pd.Series(dtype=float)
        found += _of_feature(feature, compared, before, window[feature.name])
    return found


def _of_feature(
    feature: FeatureConstraints,
    compared: DistributionConstraints,
    baseline: pd.Series,
    window: pd.Series,
) -> Iterator[dict[str, str]]:
    values = window.to_numpy(float)
    known = values[np.isfinite(values)]
    share = known.size / max(1, values.size)
    if share < feature.completeness - COMPLETENESS_TOLERANCE:
        text = f"completeness is {share:.3f}, in the baseline {feature.completeness:.3f}"
        yield _violation(feature.name, "completeness_check", text)
    if not known.size:
        return
    if feature.inferred_type == "Integral" and inferred_type(known) == "Fractional":
        fractional = float(np.mean(known != np.floor(known)))
        text = f"{fractional:.1%} of the values are Fractional, in the baseline all are Integral"
        yield _violation(feature.name, "data_type_check", text)
    # The schema has no type of its own for the sign.
    if feature.num_constraints.is_non_negative and (known < 0).any():
        text = f"{int((known < 0).sum())} values are negative, in the baseline none"
        yield _violation(feature.name, "data_type_check", text)
    before = baseline.to_numpy(float)
    before = before[np.isfinite(before)]
    if compared.perform_comparison == "Enabled" and before.size:
        distance = ks(before, known)
        if distance > compared.comparison_threshold:
            text = (
                f"distance of the distributions is {distance:.3f}, "
                f"the threshold {compared.comparison_threshold:.3f}"
            )
            yield _violation(feature.name, DRIFT_CHECK, text)


def _violation(feature: str, check: str, text: str) -> dict[str, str]:
    return {
        "feature_name": feature,
        "constraint_check_type": check,
        "description": f"{feature} {text}",
    }


def report(found: list[dict[str, str]]) -> Mapping[str, Any]:
    """Return constraint_violations.json."""
    return {"violations": found}
