"""The hyperparameters of Amazon DeepAR, with its names and defaults."""

from typing import Annotated

from pydantic import Field

from common import hyperparameters as ranges
from sagemaker_pipelines.container import hyperparameters


class Hyperparameters(hyperparameters.Hyperparameters):
    """Settings of a training of DeepAR."""

    context_length: ranges.ContextLength
    epochs: ranges.Epochs
    embedding_dimension: Annotated[int, Field(ge=1, le=256)] = 10
    dropout_rate: ranges.DropoutRate = 0.1
    early_stopping_patience: ranges.Patience | None = None
    learning_rate: ranges.LearningRate = 1e-3
    likelihood: ranges.Likelihood = "student-T"
    mini_batch_size: ranges.MiniBatchSize = 128
    num_cells: ranges.NumCells = 40
    num_layers: ranges.NumLayers = 2
