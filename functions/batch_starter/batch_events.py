"""Events that request a run, and the end of one that did not succeed. Pure."""

from typing import Annotated, Literal

from pydantic import Field

from common import times
from common.batch_files import INPUT
from common.events import Event, Time


class UploadedObject(Event):
    """Object of `Object Created`."""

    key: str
    version_id: str | None = Field(None, alias="version-id")


class UploadDetail(Event):
    """Detail of `Object Created`."""

    object: UploadedObject


class Upload(Event):
    """A file was put below batchdata/input/."""

    source: Literal["aws.s3"]
    time: Time
    detail: UploadDetail

    @property
    def identity(self) -> str:
        """The version of the object, or without versions the time at which it was written."""
        found = self.detail.object
        return f"{found.key} {found.version_id or times.iso(self.time)}"


class Schedule(Event):
    """The schedule: score the files that have no results yet."""

    source: Literal["evergreen.schedule"]
    id: str
    time: Time

    @property
    def identity(self) -> str:
        """The id of the event."""
        return self.id


class Command(Event):
    """A person's request: score every file below a prefix, again if need be."""

    source: Literal["evergreen.cli"]
    id: str
    time: Time
    prefix: str = INPUT

    @property
    def identity(self) -> str:
        """The id of the event."""
        return self.id


class EndDetail(Event):
    """Detail of `SageMaker Model Building Pipeline Execution Status Change`."""

    pipeline_arn: str = Field(alias="pipelineArn")
    execution_arn: str = Field(alias="pipelineExecutionArn")
    status: Literal["Failed", "Stopped"] = Field(alias="currentPipelineExecutionStatus")


class RunEnded(Event):
    """A run of the batch pipeline failed, or was stopped."""

    source: Literal["aws.sagemaker"]
    time: Time
    detail: EndDetail


Request = Upload | Schedule | Command
BatchEvent = Annotated[Request | RunEnded, Field(discriminator="source")]
