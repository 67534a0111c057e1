"""The search of the candidate `deepar_tuned`: Amazon DeepAR's objective and its own ranges."""

from typing import Any

OBJECTIVE = {"Type": "Minimize", "MetricName": "test:mean_wQuantileLoss"}
# Within the ranges that Amazon DeepAR documents for tuning; epochs and sizes of the data are those
# of the other candidates.
CONTINUOUS = {
    "dropout_rate": ("0.0", "0.2", "Linear"),
    "learning_rate": ("0.0005", "0.05", "Logarithmic"),
}
INTEGER = {"num_cells": ("30", "100", "Linear"), "num_layers": ("1", "3", "Linear")}
TUNED = (*CONTINUOUS, *INTEGER)
# The budget; Terraform sets it (variable training.tuning).
LIMITS = {"MaxNumberOfTrainingJobs": 8, "MaxParallelTrainingJobs": 2}


def config() -> dict[str, Any]:
    """Return the HyperParameterTuningJobConfig."""
    return {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": OBJECTIVE,
        "ResourceLimits": LIMITS,
        "ParameterRanges": {
            "ContinuousParameterRanges": [_range(*item) for item in CONTINUOUS.items()],
            "IntegerParameterRanges": [_range(*item) for item in INTEGER.items()],
        },
    }


def _range(name: str, limits: tuple[str, str, str]) -> dict[str, str]:
    low, high, scale = limits
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": scale}
