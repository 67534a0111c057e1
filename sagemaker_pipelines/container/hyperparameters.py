"""Hyperparameters that all algorithms share; SageMaker passes them as strings."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from common.config import describe
from common.hyperparameters import NAMES, PredictionLength
from sagemaker_pipelines.container.series import MAX_CATEGORIES, MAX_FEATURES, Category
from sagemaker_pipelines.paths import JobError

_SECONDS = {"min": 60, "H": 3600, "D": 86400, "W": 7 * 86400}
ALGORITHM = "algorithm"
UNSPECIFIED = ("auto", "ignore", "")  # of cardinality and num_dynamic_feat


def _step_seconds(value: Any) -> int:
    if match := re.fullmatch(r"([1-9][0-9]{0,3}|)(min|H|D|W)", str(value).strip()):
        return int(match[1] or 1) * _SECONDS[match[2]]
    raise ValueError("an integer up to 9999, or none, followed by min, H, D or W")


def _json_list(text: Any) -> Any:
    try:
        value = json.loads(text) if isinstance(text, str) else list(text)
    except (RecursionError, ValueError):
        value = None
    if not isinstance(value, list) or any(type(item) not in (int, float, str) for item in value):
        raise ValueError("a JSON list of numbers")
    return tuple(value)


def _cardinality(value: Any) -> Any:
    if value in UNSPECIFIED:
        return value
    try:
        sizes = json.loads(value) if isinstance(value, str) else list(value)
    except (RecursionError, TypeError, ValueError):
        sizes = None
    if not isinstance(sizes, list) or not 1 <= len(sizes) <= MAX_FEATURES:
        sizes = [None]
    if any(type(size) is not int or not 1 <= size <= MAX_CATEGORIES for size in sizes):
        raise ValueError(
            f'"auto", "ignore", "" or a JSON list of integers from 1 to {MAX_CATEGORIES}'
        )
    return tuple(sizes)


def _feature_count(value: Any) -> Any:
    if value in UNSPECIFIED:
        return value
    if re.fullmatch("[1-9][0-9]?[0-9]?", str(value), re.ASCII) and int(value) <= MAX_FEATURES:
        return int(value)
    raise ValueError(f'"auto", "ignore", "" or an integer from 1 to {MAX_FEATURES}')


Level = Annotated[float, Field(gt=0, lt=1)]


class Hyperparameters(BaseModel):
    """Settings of a training, with the names of Amazon DeepAR."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )

    prediction_length: PredictionLength
    step_seconds: Annotated[int, BeforeValidator(_step_seconds)] = Field(alias="time_freq")
    algorithm: str = "deepar"
    # Categories of the series that name none, in trainings and in requests.
    cat: Annotated[
        tuple[Category, ...], Field(max_length=MAX_FEATURES), BeforeValidator(_json_list)
    ] = ()
    cardinality: Annotated[str | tuple[int, ...], BeforeValidator(_cardinality)] = "auto"
    num_dynamic_feat: Annotated[str | int, BeforeValidator(_feature_count)] = "auto"
    num_eval_samples: int = Field(100, ge=1, le=10_000)
    test_quantiles: Annotated[
        tuple[Level, ...], Field(min_length=1, max_length=100), BeforeValidator(_json_list)
    ] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

    @classmethod
    def parse_shared(cls, values: Mapping[str, str]) -> "Hyperparameters":
        """Validate only what all algorithms share."""
        names = {field.alias or name for name, field in Hyperparameters.model_fields.items()}
        return Hyperparameters.parse({k: v for k, v in values.items() if k in names})

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> Self:
        """Validate all hyperparameters; JobError names each invalid one and what was expected.

        Names that only other algorithms have are ignored, so that one training step can pass the
        same hyperparameters to each algorithm; unknown names are rejected.
        """
        own = {field.alias or name for name, field in cls.model_fields.items()}
        relevant = {k: v for k, v in values.items() if k in own or k not in ELSEWHERE}
        # An empty text means the default, where "" is not itself a choice.
        relevant = {k: v for k, v in relevant.items() if v or k not in _OPTIONAL}
        try:
            return cls.model_validate(relevant)
        except ValidationError as error:
            raise JobError(f"hyperparameter {describe(error)}") from None


# Names of single algorithms, and those that Amazon DeepAR has but this image does not use.
ELSEWHERE = frozenset({
    *NAMES, "embedding_dimension", "members", "_tuning_objective_metric",
} - {"prediction_length"})  # fmt: skip
_OPTIONAL = frozenset({"cat", "early_stopping_patience", "members"})
