"""Read settings in SSM Parameter Store as validated models."""

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from common.config import describe
from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

Model = TypeVar("Model", bound=BaseModel)


def read(ssm: "SSMClient", path: str, model: type[Model]) -> Model:
    """Read the parameters under a path into a model with their names; others are ignored.

    Raises JobError that names missing and invalid parameters.
    """
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path)
    entries = [entry for page in pages for entry in page["Parameters"]]
    values = {entry["Name"].rpartition("/")[2]: entry["Value"] for entry in entries}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise JobError(f"{path}: {describe(error)}.") from None
