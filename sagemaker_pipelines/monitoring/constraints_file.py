"""The constraints of a baseline, a file that an operator may have edited. Pure."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from common.config import describe
from sagemaker_pipelines.paths import JobError


class ConstraintsFile(BaseModel):
    """Base of constraints.json in the schemas of SageMaker Model Monitor."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the file; raises JobError."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise JobError(f"constraints.json: {describe(error)}.") from None
