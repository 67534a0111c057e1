"""Pending approvals of deployments: a parameter for each, with the token of the waiting task."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

REJECTED = "ApprovalRejected"  # error of a rejected deployment
EXPIRED = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})


class NotWaitingError(RuntimeError):
    """The deployment no longer waits: it was decided, timed out or was stopped."""


def parameter_name(path: str, stage: str, version: int) -> str:
    """Return the name of the parameter of an approval."""
    return f"{path}/{stage}-{version}"


def decide(
    ssm: "SSMClient",
    states: "SFNClient",
    name: str,
    task_token: str,
    *,
    approval: dict[str, str] | None,
    reason: str = "",
) -> None:
    """Complete the task with an approval, without one reject it; delete the pending approval.

    Raises NotWaitingError if the deployment no longer waits. Step Functions takes one answer to a
    task, so of two simultaneous decisions one counts.
    """
    try:
        if approval is not None:
            states.send_task_success(taskToken=task_token, output=json.dumps(approval))
        else:
            states.send_task_failure(taskToken=task_token, error=REJECTED, cause=reason)
    except ClientError as error:
        if error.response["Error"]["Code"] not in EXPIRED:
            raise
        _remove(ssm, name)
        raise NotWaitingError(name) from error
    _remove(ssm, name)


def _remove(ssm: "SSMClient", name: str) -> None:
    try:
        ssm.delete_parameter(Name=name)
    except ssm.exceptions.ParameterNotFound:
        return  # somebody else decided at the same time
