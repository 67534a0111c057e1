"""The ensemble averages its members."""

import json

import numpy as np
import pytest

from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import Series
from sagemaker_pipelines.paths import JobError
from tests.support.training_jobs import SMALL, wave

START = np.datetime64("2024-10-10T00:00:00", "s")
HISTORY = [Series(START, np.array(wave(400), np.float32))]
LEVELS = ("0.9", "0.1")


def test_forecast_is_the_average_of_the_members(tmp_path):
    members = ["reference", "gradient_boosting", "ets"]
    registry.fit("ensemble", HISTORY, SMALL | {"members": json.dumps(members)}, tmp_path / "all")
    for name in members:
        registry.fit(name, HISTORY, SMALL, tmp_path / name)
    request = Series(START, np.array(wave(200), np.float32))
    found = registry.load(tmp_path / "all").forecast(request, LEVELS, 20)
    parts = [registry.load(tmp_path / name).forecast(request, LEVELS, 20) for name in members]
    np.testing.assert_allclose(found["mean"], np.mean([part["mean"] for part in parts], axis=0))
    for level in LEVELS:
        expected = np.mean([part["quantiles"][level] for part in parts], axis=0)
        np.testing.assert_allclose(found["quantiles"][level], expected)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ('["ets"]', "members: got a list of 1, expected at least 2 items"),
        ('["ets", "ets"]', "members: got 'ets, ets', expected different algorithms"),
        ('["ets", "ensemble"]', "members: got 'ets, ensemble', expected different"),
        ('["ets", "prophet"]', "algorithm: got 'prophet', expected deepar or ensemble"),
        ("ets", "members: got 'ets', expected valid JSON"),
    ],
)
def test_unusable_members_are_rejected(members, message, tmp_path):
    with pytest.raises(JobError) as caught:
        registry.fit("ensemble", HISTORY, SMALL | {"members": members}, tmp_path)
    assert message in str(caught.value)


def test_hyperparameters_of_the_members_are_validated_before_anything_is_fitted(tmp_path):
    values = SMALL | {"members": '["reference", "deepar"]', "epochs": "0"}
    with pytest.raises(JobError, match="epochs: got '0', expected greater than or equal to 1"):
        registry.fit("ensemble", HISTORY, values, tmp_path)
    assert list(tmp_path.iterdir()) == []
