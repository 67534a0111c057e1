"""The approval that a link names: what is pending, and the decision on it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from common import approval_link, approval_tasks
from common.approval_link import LinkError
from common.approval_tasks import NotWaitingError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

BY = "whoever had the approval link"
DECIDED = "Nothing waits for this decision any more: somebody has decided, or the time was over."
PAUSED = "The loop is paused: no model is deployed. Resume it first (evergreen resume)."


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending approval; its task token is never shown or logged."""

    name: str  # of its parameter
    version: int
    package_arn: str
    requested_at: str
    task_token: str


def find(ssm: "SSMClient", path: str, token: str, now: datetime) -> Pending:
    """Return the pending approval of a valid link; raises LinkError."""
    link = approval_link.parse(token)
    name = approval_tasks.parameter_name(path, link.stage, link.version)
    try:
        stored = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        raise LinkError(DECIDED) from None
    found = json.loads(stored)
    if "link_key" not in found:
        raise LinkError("This approval has no link: decide with evergreen approve.")
    approval_link.verify(token, found["link_key"], now)
    return Pending(
        name, link.version, found["package_arn"], found["requested_at"], found["task_token"]
    )


def decide(
    ssm: "SSMClient", states: "SFNClient", pending: Pending, comment: str, *, approved: bool
) -> None:
    """Complete the task of the deployment, and delete the pending approval with the link's key.

    Raises LinkError if the deployment no longer waits.
    """
    approval = {"by": BY, "path": "approval link", "comment": comment} if approved else None
    try:
        approval_tasks.decide(
            ssm, states, pending.name, pending.task_token, approval=approval, reason=comment
        )
    except NotWaitingError:
        raise LinkError(DECIDED) from None


def require_running(ssm: "SSMClient", parameter: str) -> None:
    """Raise LinkError while the loop is paused."""
    try:
        ssm.get_parameter(Name=parameter)
    except ssm.exceptions.ParameterNotFound:
        return
    raise LinkError(PAUSED)
