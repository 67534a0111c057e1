"""The hyperparameters of Amazon DeepAR, with its names and defaults."""

from typing import Literal

from pydantic import Field

from sagemaker_pipelines.container import hyperparameters


class Hyperparameters(hyperparameters.Hyperparameters):
    """Settings of a training of DeepAR."""

    context_length: int = Field(ge=1, le=10_000)
    epochs: int = Field(ge=1, le=10_000)
    dropout_rate: float = Field(0.1, ge=0, le=0.9)
    early_stopping_patience: int | None = Field(None, ge=1, le=10_000)
    learning_rate: float = Field(1e-3, ge=1e-6, le=1)
    likelihood: Literal["student-T", "gaussian", "negative-binomial"] = "student-T"
    mini_batch_size: int = Field(128, ge=1, le=4096)
    num_cells: int = Field(40, ge=1, le=1024)
    num_layers: int = Field(2, ge=1, le=8)
