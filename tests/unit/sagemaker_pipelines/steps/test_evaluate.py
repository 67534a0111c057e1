"""Truths and forecasts -> evaluation.json."""

import json

import boto3
import numpy as np
import pytest
from moto import mock_aws

from sagemaker_pipelines import parameter_store
from sagemaker_pipelines.data import baselines
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps.evaluate import Backtest, Policy, evaluate, mean_wql

POLICY = Policy(margin=0.1, maximum_loss=0.6, maximum_ratio_to_naive=1.0, threshold_quantile=0.9)
POLICY_TEXT = {
    "margin": "0.1",
    "maximum_loss": "0.6",
    "maximum_ratio_to_naive": "1.0",
    "threshold_quantile": "0.9",
}


def backtest(miss=1.0, windows=4):
    """Return windows of two steps with truth 10; the median misses by `miss`, the naive by 4."""
    forecast = {
        "mean": [10.0 + miss] * 2,
        "quantiles": {"0.1": [8.0] * 2, "0.5": [10.0 + miss] * 2, "0.9": [12.0] * 2},
    }
    return Backtest.join([{"truth": [10.0, 10.0], "naive": 14.0}] * windows, [forecast] * windows)


def test_quantile_loss_follows_its_formula():
    truth = np.array([10.0, 20.0])
    loss = mean_wql(truth, {"0.1": np.array([12.0, 18.0]), "0.9": np.array([12.0, 18.0])})
    low = 2 * (0.9 * 2 + 0.1 * 2) / 30
    high = 2 * (0.1 * 2 + 0.9 * 2) / 30
    assert loss == pytest.approx((low + high) / 2)


def test_unknown_truths_are_not_scored():
    truth = np.array([10.0, np.nan])
    assert mean_wql(truth, {"0.5": np.array([11.0, 99.0])}) == pytest.approx(0.1)


@pytest.mark.parametrize("truth", [[0.0, 0.0], [np.nan, np.nan]], ids=["zero", "unknown"])
def test_truths_without_scale_are_rejected(truth):
    with pytest.raises(JobError, match="truth: got only missing or zero values"):
        mean_wql(np.array(truth), {"0.5": np.ones(2)})


def test_report_has_loss_limit_and_threshold():
    report = evaluate(backtest(), {"minutes": 300}, POLICY, "2024-10-10T00:00:00Z")
    loss = 2 * (0.1 * 2 + 0.5 * 1 + 0.1 * 2) / 10 / 3
    naive = 2 * (0.9 + 0.5 + 0.1) * 4 / 10 / 3
    assert report["deepar_metrics"]["mean_wql"] == {
        "value": pytest.approx(loss),
        "standard_deviation": pytest.approx(0),
    }
    assert report["deepar_metrics"]["naive_wql"]["value"] == pytest.approx(naive)
    assert report["deepar_metrics"]["rmse"]["value"] == pytest.approx(1.0)
    assert report["limit"] == pytest.approx(min(0.6, naive))
    assert report["threshold"] == pytest.approx(1.1 * loss)
    assert report["window_losses"] == pytest.approx([loss] * 4)
    assert (report["windows"], report["coverage"]) == (4, 1.0)
    assert report["summary"].startswith(
        "The model passes the gate: mean wQL 0.0600 over 4 windows"
    )
    json.dumps(report, allow_nan=False)


def test_model_worse_than_naive_fails_the_gate():
    report = evaluate(backtest(miss=20.0), {}, POLICY, "2024-10-10T00:00:00Z")
    assert report["deepar_metrics"]["mean_wql"]["value"] > report["limit"]
    assert "fails the gate" in report["summary"]


def test_missing_forecast_is_detected():
    with pytest.raises(JobError, match="forecasts: got 0, expected 1"):
        Backtest.join([{"truth": [1.0], "naive": 1.0}], [])


@mock_aws
def test_policy_is_read_from_parameter_store():
    ssm = boto3.client("ssm", region_name="us-east-1")
    for name, value in (POLICY_TEXT | {"cooldown_hours": "3"}).items():
        ssm.put_parameter(Name=f"/evergreen/quality/policy/{name}", Value=value, Type="String")
    assert parameter_store.read(ssm, "/evergreen/quality/policy", Policy) == POLICY


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"margin": "much"}, "margin: got 'much', expected a valid number"),
        ({"margin": "nan"}, "margin: got 'nan', expected a finite number"),
        ({"margin": None}, "margin: got nothing, expected a value"),
    ],
    ids=["no-number", "nan", "absent"],
)
@mock_aws
def test_invalid_policy_is_rejected(change, message):
    ssm = boto3.client("ssm", region_name="us-east-1")
    for name, value in (POLICY_TEXT | change).items():
        if value is not None:
            ssm.put_parameter(Name=f"/policy/{name}", Value=value, Type="String")
    with pytest.raises(JobError, match=f"/policy: {message}"):
        parameter_store.read(ssm, "/policy", Policy)


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
    values = np.r_[np.arange(size, dtype=float), np.nan]
    feature = baselines.data_statistics(values)["features"][0]["numerical_statistics"]
    kll = feature["distribution"]["kll"]
    assert feature["common"] == {"num_present": size, "num_missing": 1}
    assert sum(bucket["count"] for bucket in kll["buckets"]) == size
    assert len(kll["buckets"]) == 10
    weight = sum(len(level) * 2**n for n, level in enumerate(kll["sketch"]["data"]))
    assert weight == pytest.approx(size, rel=0.01)
    constraints = baselines.data_constraints(values)["features"][0]
    assert constraints["completeness"] == size / (size + 1)
