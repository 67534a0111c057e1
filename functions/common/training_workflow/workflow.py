"""What trains: a SageMaker pipeline or a state machine, as Terraform chose."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from common.errors import bad_value
from common.training_workflow.execution import Execution, Step
from common.training_workflow.pipeline import Pipeline
from common.training_workflow.state_machine import StateMachine

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient


class Workflow(Protocol):
    """The trainings of one deployment."""

    @property
    def arn(self) -> str:
        """The ARN of the pipeline or of the state machine."""

    def created(self) -> str:
        """Return when it was created."""

    def executions(self) -> Iterator[Execution]:
        """Yield the executions, newest first."""

    def listed(self, maximum: int | None = None) -> Iterator[Execution]:
        """Yield the (newest `maximum`) executions, newest first; names and failures may lack."""

    def describe(self, arn: str) -> Execution:
        """Return an execution."""

    def steps(self, arn: str) -> list[Step]:
        """Return the steps of an execution in the order they started."""

    def failure(self, arn: str) -> str:
        """Return why an execution failed: its failed steps with their reasons."""

    def parameters(self, arn: str) -> dict[str, str]:
        """Return the parameters of an execution, by name."""

    def start(
        self, name: str, reason: str, parameters: Mapping[str, str], token: str
    ) -> str | None:
        """Start an execution for the request `name`; None if another one used the token."""

    def stop(self, arn: str) -> None:
        """Stop an execution."""


def workflow_of(execution: str, sagemaker: "SageMakerClient", states: "SFNClient") -> Workflow:
    """Return the workflow of an execution, by their ARNs."""
    pipeline, found, _ = execution.rpartition("/execution/")
    machine = execution.rpartition(":")[0].replace(":execution:", ":stateMachine:")
    return open_workflow(pipeline if found else machine, sagemaker, states)


def open_workflow(arn: str, sagemaker: "SageMakerClient", states: "SFNClient") -> Workflow:
    """Return the workflow with this ARN; raises ValueError for that of anything else."""
    if ":pipeline/" in arn:
        return Pipeline(sagemaker, arn)
    if ":stateMachine:" in arn:
        return StateMachine(states, arn)
    raise ValueError(bad_value("workflow", arn, "the ARN of a pipeline or a state machine"))
