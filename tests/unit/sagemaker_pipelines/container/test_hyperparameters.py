"""Hyperparameters of Amazon DeepAR, as strings."""

import pytest

from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.training import pipeline

REQUIRED = {
    "time_freq": "1min",
    "context_length": "60",
    "prediction_length": "30",
    "epochs": "40",
}


def test_defaults_are_those_of_amazon_deepar():
    parsed = Hyperparameters.parse(REQUIRED)
    assert (parsed.context_length, parsed.prediction_length, parsed.epochs) == (60, 30, 40)
    assert parsed.step_seconds == 60
    assert (parsed.num_cells, parsed.num_layers, parsed.mini_batch_size) == (40, 2, 128)
    assert (parsed.learning_rate, parsed.dropout_rate, parsed.likelihood) == (
        0.001,
        0.1,
        "student-T",
    )
    assert parsed.early_stopping_patience is None
    assert (parsed.cardinality, parsed.num_dynamic_feat) == ("auto", "auto")
    assert parsed.embedding_dimension == 10
    assert parsed.test_quantiles == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def test_hyperparameters_of_the_pipeline_are_valid():
    texts = {
        name: getattr(value, "default", value) for name, value in pipeline.HYPERPARAMETERS.items()
    }
    assert Hyperparameters.parse(texts).test_quantiles == (0.1, 0.5, 0.9)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("min", 60),
        ("5min", 300),
        ("H", 3600),
        ("1H", 3600),
        ("2D", 172_800),
        ("D", 86_400),
        ("W", 604_800),
    ],
)
def test_time_freq_is_converted_to_seconds(text, seconds):
    assert Hyperparameters.parse(REQUIRED | {"time_freq": text}).step_seconds == seconds


@pytest.mark.parametrize(
    "text", ["", "M", "0min", "-1min", "1.5H", "5 min", "٣min", "1" * 30 + "min", "10000H"]
)
def test_other_time_freq_is_rejected(text):
    with pytest.raises(JobError, match=r"time_freq: got '.*', expected an integer up to 9999"):
        Hyperparameters.parse(REQUIRED | {"time_freq": text})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": None}, "hyperparameter epochs: got nothing, expected a value"),
        ({"epochs": "0"}, "epochs: got '0', expected greater than or equal to 1"),
        ({"epochs": "4.5"}, "epochs: got '4.5', expected a valid integer"),
        ({"learning_rate": "fast"}, "learning_rate: got 'fast', expected a valid number"),
        ({"learning_rate": "nan"}, "learning_rate: got 'nan', expected a finite number"),
        ({"dropout_rate": "1"}, "dropout_rate: got '1', expected less than or equal to 0.9"),
        ({"likelihood": "beta"}, "likelihood: got 'beta', expected 'student-T', 'gaussian' or"),
        ({"test_quantiles": "[0.1, 2]"}, "test_quantiles.1: got 2, expected less than 1"),
        ({"test_quantiles": '{"0.5": 1}'}, "expected a JSON list of numbers"),
        ({"test_quantiles": '"0.5"'}, "expected a JSON list of numbers"),
        ({"test_quantiles": "[true]"}, "expected a JSON list of numbers"),
        ({"test_quantiles": "[" * 99_999}, "expected a JSON list of numbers"),
        ({"test_quantiles": "[]"}, "test_quantiles: got (), expected at least 1 item"),
        ({"epochs": "٣"}, "epochs: got '\\u0663', expected a valid integer"),
        ({"num_cells": "1" * 30}, "num_cells: got '1"),
        (
            {"cardinality": "[3, 0]"},
            'cardinality: got \'[3, 0]\', expected "auto", "ignore", "" or a JSON list of',
        ),
        ({"cardinality": "[]"}, "cardinality: got '[]', expected"),
        ({"cardinality": "3"}, "cardinality: got '3', expected"),
        ({"num_dynamic_feat": "0"}, 'num_dynamic_feat: got \'0\', expected "auto", "ignore", ""'),
        ({"num_dynamic_feat": "1.5"}, "num_dynamic_feat: got '1.5', expected"),
        ({"embedding_dimension": "0"}, "embedding_dimension: got '0', expected greater than or"),
        ({"num_cell": "40"}, "num_cell: got '40', expected no setting of this name"),
    ],
)
def test_invalid_hyperparameter_is_named(change, message):
    values = {name: text for name, text in (REQUIRED | change).items() if text is not None}
    with pytest.raises(JobError) as caught:
        Hyperparameters.parse(values)
    assert message in str(caught.value)
