"""Which hyperparameters of DeepAR an operator may set, and their ranges. Pure.

One home for the training, for who starts it, and for the command that sets them. Names and types
are Amazon DeepAR's; where it names no limit, the limit is what a job can train in its time. The
names are an allowlist: other parameters of the pipeline, such as its image and role, are not for
whoever may write below the path in SSM.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.errors import bad_value

PATH = "training/hyperparameters"  # of the SSM parameters, below the prefix

ContextLength = Annotated[int, Field(ge=1, le=10_000)]
DropoutRate = Annotated[float, Field(ge=0, le=0.9)]
Epochs = Annotated[int, Field(ge=1, le=10_000)]
LearningRate = Annotated[float, Field(ge=1e-6, le=1)]
# Without Amazon DeepAR's `beta`, for values between 0 and 1, and `deterministic-L1`, which has no
# quantiles: fees are above 1, and models are judged by their quantiles.
Likelihood = Literal["student-T", "gaussian", "negative-binomial"]
MiniBatchSize = Annotated[int, Field(ge=1, le=4096)]
NumCells = Annotated[int, Field(ge=1, le=1024)]
NumLayers = Annotated[int, Field(ge=1, le=8)]
Patience = Annotated[int, Field(ge=1, le=10_000)]  # epochs
PredictionLength = Annotated[int, Field(ge=1, le=400)]

# Amazon DeepAR's other hyperparameters and that of our image, and why they cannot be set.
FIXED = {
    "cat": "training.cat of Terraform has the categories",
    "cardinality": "it follows from the categories (training.cat of Terraform)",
    "embedding_dimension": "one series needs no other",
    "num_dynamic_feat": "the series have no features",
    "num_eval_samples": "only the test scores in the log depend on it",
    "test_quantiles": "they are the levels that the tournament scores",
    "time_freq": "a row is a minute",
}


class HyperparameterError(ValueError):
    """Hyperparameters are unknown, out of range, or contradict the system's settings."""


class Hyperparameters(BaseModel):
    """Hyperparameters of a training; the pipeline has the defaults of those that are not set."""

    model_config = ConfigDict(allow_inf_nan=False, defer_build=True, extra="forbid", frozen=True)

    context_length: ContextLength | None = None
    dropout_rate: DropoutRate | None = None
    early_stopping_patience: Patience | None = None
    epochs: Epochs | None = None
    learning_rate: LearningRate | None = None
    likelihood: Likelihood | None = None
    mini_batch_size: MiniBatchSize | None = None
    num_cells: NumCells | None = None
    num_layers: NumLayers | None = None
    prediction_length: PredictionLength | None = None

    @classmethod
    def parse(cls, values: Mapping[str, str], horizon: int | None = None) -> "Hyperparameters":
        """Validate the texts in SSM by name; HyperparameterError names every bad one.

        Losses of forecasts with another horizon (minutes) could not be compared with those of the
        champion.
        """
        problems = []
        try:
            parsed = cls.model_validate(values)
        except ValidationError as error:
            names = [str(problem["loc"][0]) for problem in error.errors(include_url=False)]
            problems = [bad_value(name, values[name], expected(name)) for name in names]
        else:
            if horizon is not None and parsed.prediction_length not in (None, horizon):
                wanted = f"{horizon}, the system's horizon"
                problems = [bad_value("prediction_length", parsed.prediction_length, wanted)]
        if problems:
            raise HyperparameterError("; ".join(problems))
        return parsed

    def pipeline_parameters(self) -> dict[str, str]:
        """Return the parameters of the pipeline that are set."""
        return {
            pipeline_parameter(name): str(value)
            for name, value in self.model_dump(exclude_none=True).items()
        }


NAMES = tuple(Hyperparameters.model_fields)


def pipeline_parameter(name: str) -> str:
    """Return the name of the pipeline's parameter: that of `num_cells` is `NumCells`."""
    return "".join(map(str.capitalize, name.split("_")))


def expected(name: str) -> str:
    """Return in words which values a hyperparameter may have."""
    if name in FIXED:
        return f"no setting of this name: {FIXED[name]}"
    if name not in NAMES:
        similar = get_close_matches(name.lower(), NAMES, 1)
        return "no setting of this name" + "".join(f"; is {one} meant?" for one in similar)
    annotation, _ = get_args(Hyperparameters.model_fields[name].annotation)
    if not hasattr(annotation, "__metadata__"):
        *others, last = get_args(annotation)
        return f"{', '.join(others)} or {last}"
    kind, field = get_args(annotation)
    low = next(limit.ge for limit in field.metadata if hasattr(limit, "ge"))
    high = next(limit.le for limit in field.metadata if hasattr(limit, "le"))
    return f"{'an integer' if kind is int else 'a number'} from {low:g} to {high:g}"
