"""The operator's quality policy, kept in Parameter Store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True, slots=True)
class Policy:
    """When a model is good enough, and where its alarm threshold lies."""

    margin: float
    maximum_loss: float
    maximum_ratio_to_naive: float
    threshold_quantile: float

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> "Policy":
        """Pick the policy out of the parameters; JobError for one that is absent or unusable."""
        try:
            return cls(**{name: float(values[name]) for name in cls.__slots__})
        except KeyError as error:
            raise JobError(f"The quality policy lacks {error.args[0]}.") from error
        except ValueError as error:
            raise JobError(f"The quality policy is not readable: {error}.") from error


def read_policy(ssm: "SSMClient", path: str) -> Policy:
    """Read the parameters below a path."""
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path)
    entries = [entry for page in pages for entry in page["Parameters"]]
    return Policy.parse({e["Name"].rpartition("/")[2]: e["Value"] for e in entries})
