"""Amazon DeepAR's hyperparameters, as strings."""

import pytest

from sagemaker_pipelines.container.hyperparameters import parse
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.training import pipeline

REQUIRED = {
    "time_freq": "1min",
    "context_length": "60",
    "prediction_length": "30",
    "epochs": "40",
}


def test_defaults_are_amazon_deepars():
    given = parse(REQUIRED)
    assert (given.context_length, given.prediction_length, given.epochs) == (60, 30, 40)
    assert given.step_seconds == 60
    assert (given.num_cells, given.num_layers, given.mini_batch_size) == (40, 2, 128)
    assert (given.learning_rate, given.dropout_rate, given.likelihood) == (0.001, 0.1, "student-T")
    assert given.early_stopping_patience is None
    assert given.test_quantiles == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def test_what_the_pipeline_hands_over_is_understood():
    texts = {
        name: getattr(value, "default", value) for name, value in pipeline.HYPERPARAMETERS.items()
    }
    assert parse(texts).test_quantiles == (0.1, 0.5, 0.9)


@pytest.mark.parametrize(
    ("text", "seconds"), [("min", None), ("5min", 300), ("1H", 3600), ("2D", 172_800)]
)
def test_steps_are_read(text, seconds):
    if seconds is None:
        with pytest.raises(JobError, match="time_freq must be an integer followed by"):
            parse(REQUIRED | {"time_freq": text})
    else:
        assert parse(REQUIRED | {"time_freq": text}).step_seconds == seconds


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": None}, "hyperparameter epochs is required"),
        ({"epochs": "0"}, "hyperparameter epochs must be an integer from 1 to 10000, not '0'"),
        ({"epochs": "4.5"}, "hyperparameter epochs must be an integer from 1 to 10000, not '4.5'"),
        ({"learning_rate": "fast"}, "hyperparameter learning_rate must be a number from 1e-06"),
        ({"learning_rate": "1.2.3"}, "hyperparameter learning_rate must be a number from 1e-06"),
        ({"dropout_rate": "1"}, "hyperparameter dropout_rate must be a number from 0 to 0.9"),
        ({"likelihood": "beta"}, "hyperparameter likelihood must be one of student-T, gaussian"),
        ({"test_quantiles": "[0.1, 2]"}, "test_quantiles must be a list of numbers between"),
        ({"cardinality": "[3]"}, "hyperparameter cardinality must be one of auto, ignore"),
        ({"num_cell": "40"}, "hyperparameter num_cell is not one of Amazon DeepAR's"),
    ],
)
def test_first_bad_one_is_named_in_a_sentence(change, sentence):
    given = {name: text for name, text in (REQUIRED | change).items() if text is not None}
    with pytest.raises(JobError) as caught:
        parse(given)
    assert sentence in str(caught.value)
