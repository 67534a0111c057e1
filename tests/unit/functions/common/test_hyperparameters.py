"""Names, types and ranges of the hyperparameters."""

import pytest

from common.hyperparameters import (
    FIXED,
    NAMES,
    HyperparameterError,
    Hyperparameters,
    expected,
    pipeline_parameter,
)
from sagemaker_pipelines.container.algorithms.deepar import hyperparameters as own
from sagemaker_pipelines.training import parameters, pipeline

# The documentation's table for DeepAR, with its range for tuning where it has one.
AMAZON = {
    "context_length": (1, 200),
    "dropout_rate": (0.0, 0.2),
    "epochs": (1, 1000),
    "learning_rate": (1e-5, 1e-1),
    "mini_batch_size": (32, 1028),
    "num_cells": (30, 200),
    "num_layers": (1, 8),
}


def problem(values, horizon=30):
    with pytest.raises(HyperparameterError) as caught:
        Hyperparameters.parse(values, horizon)
    return str(caught.value)


@pytest.mark.parametrize(("name", "limits"), AMAZON.items())
def test_whole_tuning_range_of_amazon_deepar_is_allowed(name, limits):
    for value in limits:
        assert getattr(Hyperparameters.parse({name: str(value)}), name) == value


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"learning_rate": "abc"},
            "learning_rate: got 'abc', expected a number from 1e-06 to 1",
        ),
        ({"epochs": "4.5"}, "epochs: got '4.5', expected an integer from 1 to 10000"),
        ({"num_layers": "9"}, "num_layers: got '9', expected an integer from 1 to 8"),
        ({"dropout_rate": "-0.1"}, "dropout_rate: got '-0.1', expected a number from 0 to 0.9"),
        (
            {"learning_rat": "0.1"},
            "learning_rat: got '0.1', expected no setting of this name; is learning_rate meant?",
        ),
        ({"image": "x"}, "image: got 'x', expected no setting of this name"),
        (
            {"embedding_dimension": "10"},
            "embedding_dimension: got '10', expected no setting of this name: "
            "one series needs no other",
        ),
        (
            {"likelihood": "deterministic-L1"},
            "likelihood: got 'deterministic-L1', expected student-T, gaussian or "
            "negative-binomial",
        ),
        ({"prediction_length": "7"}, "prediction_length: got 7, expected 30, the system's"),
    ],
)
def test_bad_value_is_named_with_what_is_expected(values, message):
    assert problem(values).startswith(message)


def test_every_bad_value_is_named():
    assert problem({"epochs": "no", "num_cells": "0"}).count("expected") == 2


@pytest.mark.parametrize("value", ["nan", "inf", "", " ", "1e999", "0x10"])
@pytest.mark.parametrize("name", ["epochs", "learning_rate"])
def test_odd_numbers_are_refused(name, value):
    assert problem({name: value}).startswith(f"{name}: got ")


def test_every_name_of_amazon_deepar_can_be_set_or_has_a_reason():
    in_image = {f.alias or n for n, f in own.Hyperparameters.model_fields.items()} - {"algorithm"}
    assert in_image | {"embedding_dimension"} == {*NAMES, *FIXED}
    assert all(expected(name).endswith(FIXED[name]) for name in FIXED)


@pytest.mark.parametrize("name", NAMES)
def test_default_of_the_pipeline_is_in_range(name):
    [default] = [p.default for p in parameters.ALL if p.name == pipeline_parameter(name)]
    Hyperparameters.parse({name: default})
    assert pipeline.HYPERPARAMETERS[name].name == pipeline_parameter(name)


@pytest.mark.parametrize("likelihood", ["student-T", "gaussian", "negative-binomial"])
def test_likelihoods_are_those_of_the_image(likelihood):
    assert Hyperparameters.parse({"likelihood": likelihood}).likelihood == likelihood
