"""The running executions of the deployment state machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

CAUSE = "terraform destroy"


@dataclass(frozen=True, slots=True)
class Deployments:
    """Client of one state machine."""

    stepfunctions: "SFNClient"
    state_machine_arn: str

    def running(self) -> Iterator[str]:
        """Yield the ARNs of the executions that have not ended."""
        paginator = self.stepfunctions.get_paginator("list_executions")
        pages = paginator.paginate(stateMachineArn=self.state_machine_arn, statusFilter="RUNNING")
        try:
            for page in pages:
                yield from (execution["executionArn"] for execution in page["executions"])
        except self.stepfunctions.exceptions.StateMachineDoesNotExist:
            return  # an earlier destroy deleted it

    def stop(self, arn: str) -> None:
        """Stop an execution, such as one that waits for an approval."""
        self.stepfunctions.stop_execution(executionArn=arn, cause=CAUSE)
