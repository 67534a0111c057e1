"""The model-quality run: errors of captured forecasts against the constraints. Pure.

Files and operators are those of SageMaker Model Monitor for regression.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, FiniteFloat

from common.captures import Pair
from sagemaker_pipelines.monitoring import baselines
from sagemaker_pipelines.monitoring.constraints_file import ConstraintsFile
from sagemaker_pipelines.paths import JobError

Metrics = dict[str, dict[str, Any]]


class Constraint(BaseModel):
    """A metric violates it if the operator holds."""

    model_config = ConfigDict(frozen=True)

    threshold: FiniteFloat
    comparison_operator: Literal[
        "GreaterThanThreshold",
        "GreaterThanOrEqualToThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
    ]

    def violated(self, value: float) -> bool:
        """Return whether a value violates it."""
        if "OrEqual" in self.comparison_operator and value == self.threshold:
            return True
        if self.comparison_operator.startswith("Greater"):
            return value > self.threshold
        return value < self.threshold


class Constraints(ConstraintsFile):
    """constraints.json of the model."""

    regression_constraints: dict[str, Constraint]


def metrics(pairs: Sequence[Pair]) -> Metrics:
    """Return the errors of all pairs; there is at least one."""
    labels = np.array([pair.label for pair in pairs])
    predictions = np.array([pair.prediction for pair in pairs])
    return baselines.regression_metrics(labels, predictions)


def violations(constraints: Constraints, found: Metrics) -> list[dict[str, str]]:
    """Return constraint_violations.json's list; JobError for a metric that does not exist."""
    result = []
    for name, constraint in constraints.regression_constraints.items():
        if name not in found:
            known = ", ".join(found)
            raise JobError(f"constraints.json: got the metric {name!r}, expected one of {known}.")
        value = found[name]["value"]
        if constraint.violated(value):
            result.append(
                {
                    "constraint_check_type": constraint.comparison_operator,
                    "description": f"Metric {name} with {value:g} was "
                    f"{constraint.comparison_operator} '{constraint.threshold:g}'",
                    "metric_name": name,
                }
            )
    return result
