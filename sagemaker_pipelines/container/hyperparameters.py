"""The hyperparameters of Amazon DeepAR, with its names; SageMaker passes them as strings."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Json, ValidationError

from common.config import describe
from sagemaker_pipelines.paths import JobError

_SECONDS = {"min": 60, "H": 3600, "D": 86400, "W": 7 * 86400}
# Valid for Amazon DeepAR, without effect in this image.
_IGNORED = {"embedding_dimension", "_tuning_objective_metric"}


def _step_seconds(value: Any) -> int:
    if match := re.fullmatch(r"([1-9]\d*)(min|H|D|W)", str(value).strip()):
        return int(match[1]) * _SECONDS[match[2]]
    raise ValueError("an integer followed by min, H, D or W")


Level = Annotated[float, Field(gt=0, lt=1)]


class Hyperparameters(BaseModel):
    """Settings of a training. Defaults are those of Amazon DeepAR.

    This image learns from the target alone: `cardinality` and `num_dynamic_feat` must not request
    features, which would otherwise be ignored silently.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )

    context_length: int = Field(ge=1, le=10_000)
    epochs: int = Field(ge=1, le=10_000)
    prediction_length: int = Field(ge=1, le=400)
    step_seconds: Annotated[int, BeforeValidator(_step_seconds)] = Field(alias="time_freq")
    cardinality: Literal["auto", "ignore", ""] = "auto"
    dropout_rate: float = Field(0.1, ge=0, le=0.9)
    early_stopping_patience: int | None = Field(None, ge=1, le=10_000)
    learning_rate: float = Field(1e-3, ge=1e-6, le=1)
    likelihood: Literal["student-T", "gaussian", "negative-binomial"] = "student-T"
    mini_batch_size: int = Field(128, ge=1, le=4096)
    num_cells: int = Field(40, ge=1, le=1024)
    num_dynamic_feat: Literal["auto", "ignore", ""] = "auto"
    num_eval_samples: int = Field(100, ge=1, le=10_000)
    num_layers: int = Field(2, ge=1, le=8)
    test_quantiles: Json[Annotated[tuple[Level, ...], Field(min_length=1)]] = (
        *(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    )


def parse(values: Mapping[str, str]) -> Hyperparameters:
    """Validate all hyperparameters; JobError names each invalid one and what was expected."""
    relevant = {
        name: value
        for name, value in values.items()
        if name not in _IGNORED and (name != "early_stopping_patience" or value)
    }
    try:
        return Hyperparameters.model_validate(relevant)
    except ValidationError as error:
        raise JobError(f"hyperparameter {describe(error)}") from None
