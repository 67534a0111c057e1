"""The operator's quality policy, kept in Parameter Store."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Policy:
    """When a model is good enough, and where its alarm threshold lies."""

    margin: float
    maximum_loss: float
    maximum_ratio_to_naive: float
    threshold_quantile: float


def read_policy(ssm: "SSMClient", path: str, kind: type[T]) -> T:
    """Read the parameters below a path into a dataclass of numbers with their names."""
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path)
    entries = [entry for page in pages for entry in page["Parameters"]]
    return parse(kind, {e["Name"].rpartition("/")[2]: e["Value"] for e in entries})


def parse(kind: type[T], values: Mapping[str, str]) -> T:
    """Pick the policy out of the parameters; JobError for one that is absent or unusable."""
    try:
        names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
        return kind(**{name: _number(name, values[name]) for name in names})
    except KeyError as error:
        raise JobError(f"The quality policy lacks {error.args[0]}.") from error


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise JobError(f"The quality policy is not readable: {name} is {text!r}.")
    return number
