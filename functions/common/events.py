"""EventBridge events as pydantic models with only the fields that are read."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from common import model_packages, times

Detail = TypeVar("Detail")


def _check_time(text: str) -> str:
    times.parse(text)
    return text


Time = Annotated[datetime, BeforeValidator(times.parse)]  # UTC
TimeText = Annotated[str, AfterValidator(_check_time)]  # an ISO time that is passed on unchanged


class Event(BaseModel):
    """Base of all models: immutable; fields are set by name or by AWS's name."""

    # Deferred, so that a function builds only the validators that it uses.
    model_config = ConfigDict(defer_build=True, frozen=True, populate_by_name=True)


class ScheduledEvent(Event):
    """An invocation at a time; a schedule's event has no other content."""

    time: Time


class EventBridgeEvent(ScheduledEvent, Generic[Detail]):
    """The envelope; unlike Powertools' it keeps the time, which is "now" for the functions."""

    detail: Detail


class ModelPackageChange(Event):
    """Detail of `SageMaker Model Package State Change`."""

    arn: str = Field(alias="ModelPackageArn")
    modified_at: str | int | float | None = Field(None, alias="LastModifiedTime")
    changed_fields: list[str] | None = Field(None, alias="UpdatedModelPackageFields")

    @property
    def version(self) -> int:
        """Version of the package in its group."""
        return model_packages.version(self.arn)


class Bucket(Event):
    """Bucket of `Object Created`."""

    name: str


class Object(Event):
    """Object of `Object Created`; EventBridge does not URL-encode the key."""

    key: str


class ObjectCreated(Event):
    """Detail of S3's `Object Created`."""

    bucket: Bucket
    object: Object
