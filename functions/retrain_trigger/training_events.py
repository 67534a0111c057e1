"""Events that request a training, and the failure of one. Pure."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from common.events import Event, ObjectCreated, Time
from retrain_trigger.training_request import COMMAND

# Trigger of a training by the source of its event.
TRIGGERS = {
    "aws.cloudwatch": "alarm",
    "aws.events": "schedule",
    "aws.s3": "upload",
    "evergreen.check": "check",
    "evergreen.cli": COMMAND,
    "evergreen.delivery": "code",
    "evergreen.loop": "drift",
    "evergreen.production": "production",
}


class AlarmState(Event):
    """New state of an alarm."""

    reason: str


class AlarmDetail(Event):
    """Detail of `CloudWatch Alarm State Change`."""

    name: str = Field(alias="alarmName")
    state: AlarmState


class AlarmEvent(Event):
    """The loss alarm went into ALARM; CloudWatch sends this only once per transition."""

    source: Literal["aws.cloudwatch"]
    id: str
    time: Time
    detail: AlarmDetail

    @property
    def reason(self) -> str:
        """Why a training is requested."""
        return alarm_reason(self.detail.name, self.detail.state.reason)


class Check(Event):
    """The regular check whether production needs a better model (input of its rule)."""

    source: Literal["evergreen.check"]
    id: str
    time: Time


class FailureDetail(Event):
    """Detail of the status change of an execution: of a SageMaker pipeline, or Step Functions."""

    execution_arn: str = Field(
        validation_alias=AliasChoices("pipelineExecutionArn", "executionArn")
    )


class TrainingFailed(Event):
    """An execution of the training workflow failed."""

    source: Literal["aws.sagemaker", "aws.states"]
    id: str
    time: Time
    detail: FailureDetail


class ScheduleEvent(Event):
    """The schedule of regular retraining."""

    source: Literal["aws.events"]
    id: str
    time: Time
    reason: Literal["schedule"] = "schedule"


class UploadEvent(Event):
    """New data below training-data/ of the data bucket (S3 `Object Created`)."""

    source: Literal["aws.s3"]
    id: str
    time: Time
    detail: ObjectCreated

    @property
    def reason(self) -> str:
        """Why a training is requested."""
        return uploaded(self.detail.object.key)


class DriftDetail(Event):
    """Detail of `Drift Detected`."""

    features: list[str]


class DriftEvent(Event):
    """Features or forecasts of production have drifted from the baseline of its version."""

    source: Literal["evergreen.loop"]
    id: str
    time: Time
    detail: DriftDetail

    @property
    def reason(self) -> str:
        """Why a training is requested."""
        return f"drift: {' and '.join(self.detail.features)}"


class CodeDetail(Event):
    """Detail of `Code Changed`."""

    revision: str


class CodeEvent(Event):
    """A delivery pipeline deployed another revision of the code (`Code Changed` on our bus)."""

    source: Literal["evergreen.delivery"]
    id: str
    time: Time
    detail: CodeDetail

    @property
    def reason(self) -> str:
        """Why a training is requested."""
        return f"code changed: {self.detail.revision}"


class RequestDetail(Event):
    """Detail of `Better Model Requested`."""

    trigger: str  # what made production ask (TRIGGERS)
    reason: str
    since: Time | None = None  # from when on the data are new


class RequestEvent(Event):
    """Production in another account needs a better model (training_account.py)."""

    source: Literal["evergreen.production"]
    id: str
    time: Time
    account: str  # set by EventBridge
    detail: RequestDetail

    @property
    def reason(self) -> str:
        """Why a training is requested."""
        return f"account {self.account}: {self.detail.reason}"

    @property
    def needed(self) -> bool:
        """Whether production is in breach, or served by the reference."""
        return self.detail.trigger in {"alarm", "check"}


class ManualDetail(Event):
    """Detail of the event of `evergreen retrain`."""

    reason: str = "requested manually"


class ManualEvent(Event):
    """An operator's request."""

    source: Literal["evergreen.cli"]
    id: str
    time: Time
    detail: ManualDetail = ManualDetail()

    @property
    def reason(self) -> str:
        """Why a training is requested."""
        return self.detail.reason


TrainingEvent = Annotated[
    AlarmEvent
    | Check
    | TrainingFailed
    | UploadEvent
    | DriftEvent
    | CodeEvent
    | RequestEvent
    | ScheduleEvent
    | ManualEvent,
    Field(discriminator="source"),
]


def repeated(event: Event) -> bool:
    """Return whether an event comes again soon, so that its refusal need not be recorded."""
    if isinstance(event, RequestEvent):
        return event.detail.trigger == TRIGGERS["evergreen.check"]
    return isinstance(event, Check)


def uploaded(key: str) -> str:
    """Return the reason of a training that a file requests."""
    return f"data uploaded: {key}"


def alarm_reason(name: str, state_reason: str) -> str:
    """Return the reason of a training that an alarm requests."""
    return f"alarm {name}: {state_reason}"
