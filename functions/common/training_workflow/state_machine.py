"""Trainings as executions of a state machine of Step Functions."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from common import failures
from common.training_workflow import history
from common.training_workflow.execution import (
    EXECUTING,
    FAILED,
    STOPPED,
    SUCCEEDED,
    Execution,
    Step,
)

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

STATUSES = {
    "RUNNING": EXECUTING,
    "PENDING_REDRIVE": EXECUTING,
    "SUCCEEDED": SUCCEEDED,
    "FAILED": FAILED,
    "TIMED_OUT": FAILED,
    "ABORTED": STOPPED,
}
REQUEST = "Request"  # key of the input: the name of the request that started the execution
# Names are short because they are part of the names of jobs, and without hyphens because those
# take the part before the first one (sagemaker_pipelines/state_machine/tasks.py).
NAME_LENGTH = 20


@dataclass(frozen=True, slots=True)
class StateMachine:
    """Client of one state machine."""

    states: "SFNClient"
    arn: str

    def created(self) -> str:
        """Return the creation time, which distinguishes machines of the same name."""
        found = self.states.describe_state_machine(stateMachineArn=self.arn)
        return found["creationDate"].isoformat()

    def executions(self) -> Iterator[Execution]:
        """Yield the executions of the last 90 days, newest first, each with its name."""
        for execution in self.listed():
            yield self.describe(execution.arn)

    def listed(self, maximum: int | None = None) -> Iterator[Execution]:
        """Yield the (newest `maximum`) executions, newest first, without names and failures."""
        pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=self.arn)
        listed = (item for page in pages for item in page["executions"])
        for item in itertools.islice(listed, maximum):
            status = STATUSES[item["status"]]
            yield Execution(item["startDate"], status, "", item["executionArn"])

    def describe(self, arn: str) -> Execution:
        """Return an execution: only its input has the name of the request."""
        found = self.states.describe_execution(executionArn=arn)
        failure = failures.reason(found.get("error"), found.get("cause"))
        name = str(failures.document(found.get("input")).get(REQUEST, ""))
        return Execution(found["startDate"], STATUSES[found["status"]], name, arn, failure)

    def steps(self, arn: str) -> list[Step]:
        """Return the steps of an execution in the order they started."""
        return history.steps(self._events(arn))

    def failure(self, arn: str) -> str:
        """Return why an execution failed: its failed steps with their reasons."""
        failed = [step for step in self.steps(arn) if step.status == FAILED]
        reasons = "; ".join(f"{step.name}: {step.failure}" for step in failed)
        return reasons or self.describe(arn).failure or "no reason given"

    def parameters(self, arn: str) -> dict[str, str]:
        """Return the parameters of an execution, by name."""
        merged = history.parameters(self._events(arn))
        if merged is None:
            described = self.states.describe_execution(executionArn=arn)
            merged = failures.document(described.get("input"))
        return {name: value for name, value in merged.items() if name != REQUEST}

    def start(
        self, name: str, reason: str, parameters: Mapping[str, str], token: str
    ) -> str | None:
        """Start an execution for the request `name`; return its ARN.

        The token is its name, which Step Functions accepts once in 90 days: return None if another
        request used it first, so that nothing was started.
        """
        document = {REQUEST: name, "Reason": reason, **parameters}
        try:
            started = self.states.start_execution(
                stateMachineArn=self.arn, name=token[:NAME_LENGTH], input=json.dumps(document)
            )
        except self.states.exceptions.ExecutionAlreadyExists:
            return None
        return started["executionArn"]

    def stop(self, arn: str) -> None:
        """Stop an execution and its job."""
        self.states.stop_execution(executionArn=arn)

    def _events(self, arn: str) -> "Iterator[dict[str, Any]]":
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=arn)
        for page in pages:
            yield from cast("list[dict[str, Any]]", page["events"])
