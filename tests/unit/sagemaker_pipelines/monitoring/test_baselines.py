"""Baseline files in the schemas of Model Monitor."""

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.monitoring import baselines, data_baselines


def test_regression_constraints_have_the_schema_of_model_monitor():
    metrics = baselines.regression_metrics(np.array([1.0, 3.0, np.nan]), np.array([2.0, 2.0, 9.0]))
    assert {name: metric["value"] for name, metric in metrics.items()} == {
        "mae": 1.0,
        "mse": 1.0,
        "rmse": 1.0,
        "r2": 0.0,
    }
    constraints = baselines.regression_constraints(metrics)["regression_constraints"]
    assert constraints["rmse"] == {
        "threshold": 1.0,
        "comparison_operator": "GreaterThanThreshold",
    }
    assert constraints["r2"]["comparison_operator"] == "LessThanThreshold"


@pytest.mark.parametrize("size", [100, 10_000])
def test_data_baseline_counts_every_minute(size):
    index = pd.date_range("2024-10-01", periods=size + 1, freq="min", tz="UTC")
    values = pd.DataFrame({"fee": np.r_[np.arange(size, dtype=float), np.nan]}, index)
    feature = data_baselines.data_statistics(values)["features"][0]["numerical_statistics"]
    kll = feature["distribution"]["kll"]
    assert feature["common"] == {"num_present": size, "num_missing": 1}
    assert sum(bucket["count"] for bucket in kll["buckets"]) == size
    assert len(kll["buckets"]) == 10
    weight = sum(len(level) * 2**n for n, level in enumerate(kll["sketch"]["data"]))
    assert weight == pytest.approx(size, rel=0.01)
    constraints = data_baselines.data_constraints(values)["features"][0]
    assert constraints["completeness"] == size / (size + 1)
