"""One execution of a pipeline: what is known of it and of its steps, and the events it sends."""

import secrets
import string
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local import events, runtime
from local.sagemaker.pipeline_definition import Definition, Step

ID_LETTERS = string.ascii_lowercase + string.digits
ENDED = frozenset({"Succeeded", "Failed", "Stopped"})
EXECUTION_EVENT = "SageMaker Model Building Pipeline Execution Status Change"
STEP_EVENT = "SageMaker Model Building Pipeline Execution Step Status Change"


def random_id(length: int) -> str:
    """Return letters as AWS puts them into the names of executions and their jobs."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(length))


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
    """An execution; `changed` guards its steps and its status."""

    pipeline: str
    pipeline_arn: str
    role: str
    definition: Definition
    text: str
    given: dict[str, str]  # the parameters as the caller gave them
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
    changed: threading.RLock = field(default_factory=threading.RLock)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"{self.pipeline_arn}/execution/{self.id}"

    def variables(self) -> dict[str, str]:
        """Return what `Execution.*` refers to."""
        return {
            "PipelineName": self.pipeline,
            "PipelineArn": self.pipeline_arn,
            "PipelineExecutionId": self.id,
            "PipelineExecutionArn": self.arn,
            "StartDateTime": iso(self.started),
            "CurrentDateTime": iso(runtime.clock.now()),
        }

    def move(self, status: str, failure: str | None = None) -> None:
        """Change the status and send the event of it."""
        before, self.status, self.failure = self.status, status, failure
        self.modified = runtime.clock.now()
        if status in ENDED:
            self.ended = self.modified
        detail = {
            "pipelineExecutionDisplayName": self.display_name,
            "currentPipelineExecutionStatus": status,
            "previousPipelineExecutionStatus": before,
            "executionStartTime": iso(self.started),
            "executionEndTime": None if self.ended is None else iso(self.ended),
            "pipelineExecutionDescription": self.description,
        }
        self._emit(EXECUTION_EVENT, detail)

    def move_step(self, state: StepState, status: str, failure: str | None = None) -> None:
        """Change a step's status and send the event of it."""
        before, state.status, state.failure = state.status, status, failure
        self.modified = runtime.clock.now()
        if status in ENDED:
            state.ended = self.modified
        arns = {
            kind[0].lower() + kind[1:]: {"arn": value["Arn"]}
            for kind, value in state.metadata.items()
            if "Arn" in value
        }
        detail = {
            "metadata": arns,
            "stepStartTime": iso(state.started),
            "stepEndTime": None if state.ended is None else iso(state.ended),
            "stepName": state.name,
            "stepType": state.step.kind,
            "previousStepStatus": before,
            "currentStepStatus": status,
            "failureReason": failure,
        }
        self._emit(STEP_EVENT, detail)

    def _emit(self, detail_type: str, detail: dict[str, Any]) -> None:
        whose = {"pipelineArn": self.pipeline_arn, "pipelineExecutionArn": self.arn}
        known = {name: value for name, value in detail.items() if value is not None}
        events.emit(
            "aws.sagemaker", detail_type, {**known, **whose}, [self.pipeline_arn, self.arn]
        )


def iso(seconds: float) -> str:
    """Write a time as it stands in events and execution variables."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
