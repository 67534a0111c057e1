"""Which hyperparameters may be set for a training, and how they become pipeline parameters. Pure.

The names are an allowlist: other parameters of the pipeline, such as its image and role, are not
for whoever may write below the path in SSM.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from common import hyperparameters as ranges
from common.config import describe
from common.errors import bad_value


class HyperparameterError(ValueError):
    """A hyperparameter is unknown, out of range, or contradicts the system's settings."""


class Hyperparameters(BaseModel):
    """Hyperparameters of a training; the pipeline has the defaults of those that are not set."""

    model_config = ConfigDict(allow_inf_nan=False, defer_build=True, extra="forbid", frozen=True)

    context_length: ranges.ContextLength | None = None
    dropout_rate: ranges.DropoutRate | None = None
    early_stopping_patience: ranges.Patience | None = None
    epochs: ranges.Epochs | None = None
    learning_rate: ranges.LearningRate | None = None
    likelihood: (
        Literal["student-T", "gaussian", "negative-binomial", "deterministic-L1"] | None
    ) = None
    mini_batch_size: ranges.MiniBatchSize | None = None
    num_cells: ranges.NumCells | None = None
    num_layers: ranges.NumLayers | None = None
    prediction_length: ranges.PredictionLength | None = None

    @classmethod
    def parse(cls, values: Mapping[str, str], horizon: int) -> "Hyperparameters":
        """Validate the texts in SSM by name; raises HyperparameterError.

        Losses of forecasts with another horizon could not be compared with those of the champion.
        """
        try:
            parsed = cls.model_validate(values)
        except ValidationError as error:
            raise HyperparameterError(describe(error)) from None
        if parsed.prediction_length not in (None, horizon):
            expected = f"{horizon}, the system's horizon"
            raise HyperparameterError(
                bad_value("prediction_length", parsed.prediction_length, expected)
            )
        return parsed

    def pipeline_parameters(self) -> dict[str, str]:
        """Return the parameters of the pipeline that are set; `num_cells` is `NumCells`."""
        return {
            "".join(map(str.capitalize, name.split("_"))): str(value)
            for name, value in self.model_dump(exclude_none=True).items()
        }
