"""Ranges of DeepAR's hyperparameters, for the training and for who may start one with them."""

from typing import Annotated

from pydantic import Field

ContextLength = Annotated[int, Field(ge=1, le=10_000)]
DropoutRate = Annotated[float, Field(ge=0, le=0.9)]
Epochs = Annotated[int, Field(ge=1, le=10_000)]
LearningRate = Annotated[float, Field(ge=1e-6, le=1)]
MiniBatchSize = Annotated[int, Field(ge=1, le=4096)]
NumCells = Annotated[int, Field(ge=1, le=1024)]
NumLayers = Annotated[int, Field(ge=1, le=8)]
Patience = Annotated[int, Field(ge=1, le=10_000)]  # epochs
PredictionLength = Annotated[int, Field(ge=1, le=400)]
