"""AutoETS on the logarithm, compared with statsforecast."""

import math

import numpy as np
import pytest
from statsforecast.models import AutoETS

from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import Series
from tests.support.training_jobs import SMALL, wave

START = np.datetime64("2024-10-10T00:00:00", "s")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ets")
    target = np.array(wave(400), np.float32)
    registry.fit("ets", [Series(START, target)], SMALL, folder)
    return registry.load(folder)


def test_quantiles_are_those_of_statsforecast(model):
    target = np.array(wave(200), np.float32)
    found = model.forecast(Series(START, target), ["0.05", "0.1", "0.5", "0.9"], 1)["quantiles"]
    logs = np.log1p(target.astype(float))
    expected = AutoETS(season_length=1, model="AZN").forecast(y=logs, h=5, level=[80, 90])
    for level, name in (("0.05", "lo-90"), ("0.1", "lo-80"), ("0.5", "mean"), ("0.9", "hi-80")):
        np.testing.assert_allclose(found[level], np.expm1(expected[name]), rtol=1e-5)


def test_mean_is_that_of_the_log_normal_distribution(model):
    target = np.array(wave(200), np.float32)
    found = model.forecast(Series(START, target), ["0.1", "0.5"], 1)
    center = np.log1p(found["quantiles"]["0.5"])
    spread = (center - np.log1p(found["quantiles"]["0.1"])) / 1.2815515655446004
    np.testing.assert_allclose(found["mean"], np.exp(center + spread**2 / 2) - 1, rtol=1e-3)


@pytest.mark.parametrize("target", [[7.0] * 50, [3.0], [0.0, math.nan]])
def test_constant_series_remains_constant(model, target):
    found = model.forecast(Series(START, np.array(target, np.float32)), ["0.1", "0.9"], 1)
    for row in (*found["quantiles"].values(), found["mean"]):
        assert row == pytest.approx([target[0]] * 5)
