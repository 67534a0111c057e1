"""Every algorithm of the image: properties of its forecasts, and its model files."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagemaker_pipelines.container import hyperparameters
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import Series
from sagemaker_pipelines.paths import JobError
from tests.support.training_jobs import SMALL, wave

START = np.datetime64("2024-10-10T00:00:00", "s")
HORIZON = int(SMALL["prediction_length"])
LEVELS = ("0.9", "0.05", "0.5", "0.1", "0.99")


def series(values):
    return Series(START, np.array(values, np.float32))


@pytest.fixture(scope="module", params=sorted(registry.ALGORITHMS))
def folder(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    target = wave(400)
    target[50:90] = [math.nan] * 40
    registry.fit(request.param, [series(target)], SMALL, folder)
    return folder


@pytest.fixture(scope="module")
def model(folder):
    return registry.load(folder)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    values=st.lists(
        st.one_of(st.just(math.nan), st.floats(0, 1e9, width=32)), min_size=1, max_size=300
    ).filter(lambda values: not all(map(math.isnan, values)))
)
def test_forecast_of_any_series_is_plausible(model, values):
    found = model.forecast(series(values), LEVELS, 20)
    assert list(found["quantiles"]) == list(LEVELS)
    rows = np.array([found["quantiles"][level] for level in sorted(LEVELS, key=float)])
    assert rows.shape == (len(LEVELS), HORIZON)
    assert np.isfinite(rows).all()
    assert (rows >= 0).all()
    assert (np.diff(rows, axis=0) >= 0).all()
    assert len(found["mean"]) == HORIZON
    assert np.isfinite(found["mean"]).all()
    assert min(found["mean"]) >= 0


def test_forecast_is_the_same_in_every_request_and_after_loading(folder, model):
    target = wave(200)
    target[150:160] = [math.nan] * 10
    first = model.forecast(series(target), LEVELS, 20)
    model.forecast(series(wave(90)), LEVELS, 20)
    assert model.forecast(series(target), LEVELS, 20) == first
    assert registry.load(folder).forecast(series(target), LEVELS, 20) == first


def test_metadata_names_the_algorithm(folder):
    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["algorithm"] in folder.name
    assert metadata["prediction_length"] == HORIZON == registry.load(folder).horizon


def test_model_folder_without_an_algorithm_is_of_deepar(tmp_path):
    registry.fit("deepar", [series(wave(400))], SMALL, tmp_path)
    expected = registry.load(tmp_path).forecast(series(wave(100)), LEVELS, 20)
    file = tmp_path / "metadata.json"
    metadata = json.loads(file.read_text())
    del metadata["algorithm"]
    file.write_text(json.dumps(metadata))
    assert registry.load(tmp_path).forecast(series(wave(100)), LEVELS, 20) == expected


def test_unknown_algorithm_is_rejected(tmp_path):
    with pytest.raises(JobError, match="hyperparameter algorithm: got 'prophet', expected"):
        registry.fit("prophet", [series(wave(400))], SMALL, tmp_path)


@pytest.mark.parametrize("name", sorted(registry.ALGORITHMS))
def test_unknown_hyperparameter_is_rejected_by_every_algorithm(name, tmp_path):
    with pytest.raises(JobError, match="num_cell: got '40', expected no setting of this name"):
        registry.fit(name, [series(wave(400))], SMALL | {"num_cell": "40"}, tmp_path)


def test_hyperparameters_of_other_algorithms_are_listed():
    shared = names(hyperparameters.Hyperparameters)
    own = set()
    for name in registry.ALGORITHMS:
        own |= names(registry.algorithm(name).Hyperparameters) - shared
    amazon = {"_tuning_objective_metric"}
    assert own | amazon == hyperparameters.ELSEWHERE


def names(model):
    return {field.alias or name for name, field in model.model_fields.items()}
