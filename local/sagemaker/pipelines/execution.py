"""One execution of a pipeline: its state, the state of its steps, and their events."""

import secrets
import string
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from local import runtime
from local.events import event_bus
from local.iam import principals
from local.sagemaker.pipelines.definition import Definition, Step

ID_CHARACTERS = string.ascii_lowercase + string.digits
ENDED = frozenset({"Succeeded", "Failed", "Stopped"})
EXECUTION_EVENT = "SageMaker Model Building Pipeline Execution Status Change"
STEP_EVENT = "SageMaker Model Building Pipeline Execution Step Status Change"


def random_id(length: int) -> str:
    """Return a random id as in the names of executions and their jobs."""
    return "".join(secrets.choice(ID_CHARACTERS) for _ in range(length))


@dataclass(slots=True)
class StepState:
    """One step that has started; times in epoch seconds."""

    step: Step
    name: str
    started: float
    status: str | None = None
    ended: float | None = None
    failure: str | None = None
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Execution:
    """An execution; changes hold the lock of the API."""

    pipeline: str
    pipeline_arn: str
    role: str
    definition: Definition
    definition_text: str
    values: dict[str, Any]
    display_name: str | None
    description: str | None
    started: float
    id: str = field(default_factory=lambda: random_id(12))
    modified: float = 0.0
    status: str | None = None
    ended: float | None = None
    failure: str | None = None
    steps: dict[str, StepState] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """Return the time of a step's start or end, which includes the real time of its work."""
        return runtime.clock.with_work(self.began)

    @property
    def arn(self) -> str:
        """The ARN of the execution."""
        return f"{self.pipeline_arn}/execution/{self.id}"

    @property
    def session(self) -> str:
        """The access key of a session of the role; raises AccessDeniedError."""
        return principals.assume(self.role, "sagemaker", "SageMaker")

    def variables(self) -> dict[str, str]:
        """Return the values of the `Execution.*` references."""
        return {
            "PipelineName": self.pipeline,
            "PipelineArn": self.pipeline_arn,
            "PipelineExecutionId": self.id,
            "PipelineExecutionArn": self.arn,
            "StartDateTime": runtime.iso(self.started),
            "CurrentDateTime": runtime.iso(runtime.clock.now()),
        }

    def set_status(self, status: str, failure: str | None = None) -> None:
        """Change the status and send the event."""
        before, self.status, self.failure = self.status, status, failure
        self.modified = runtime.clock.now()
        if status in ENDED:
            self.ended = self.modified
        detail = {
            "pipelineExecutionDisplayName": self.display_name,
            "currentPipelineExecutionStatus": status,
            "previousPipelineExecutionStatus": before,
            "executionStartTime": runtime.iso(self.started),
            "executionEndTime": None if self.ended is None else runtime.iso(self.ended),
            "pipelineExecutionDescription": self.description,
        }
        self._emit(EXECUTION_EVENT, detail)

    def set_step_status(self, state: StepState, status: str, failure: str | None = None) -> None:
        """Change the status of a step and send the event."""
        before, state.status, state.failure = state.status, status, failure
        self.modified = runtime.clock.now()
        if status in ENDED:
            state.ended = self.now()
        arns = {
            kind[0].lower() + kind[1:]: {"arn": value["Arn"]}
            for kind, value in state.metadata.items()
            if "Arn" in value
        }
        detail = {
            "metadata": arns,
            "stepStartTime": runtime.iso(state.started),
            "stepEndTime": None if state.ended is None else runtime.iso(state.ended),
            "stepName": state.name,
            "stepType": state.step.kind,
            "previousStepStatus": before,
            "currentStepStatus": status,
            "failureReason": failure,
        }
        self._emit(STEP_EVENT, detail)

    def _emit(self, detail_type: str, detail: dict[str, Any]) -> None:
        known = {name: value for name, value in detail.items() if value is not None}
        arns = {"pipelineArn": self.pipeline_arn, "pipelineExecutionArn": self.arn}
        event_bus.emit("aws.sagemaker", detail_type, known | arns, list(arns.values()))
