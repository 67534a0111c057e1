"""Task token of a waiting deployment (Step Functions) -> approved by policy, or stored."""

import json
import secrets
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser

from common import approval_policy, approval_tasks, decisions, times
from common.config import Settings
from common.events import Event, TimeText
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

APPROVAL = {"by": "policy", "path": "automatic", "comment": "approval policy: automatic"}

ssm = boto3.client("ssm")
states = boto3.client("stepfunctions")
events = boto3.client("events")
parameters = SSMProvider(boto3_client=ssm)


class Config(Settings):
    """Settings of the function."""

    approval_links: bool
    event_bus_name: str
    kms_key_arn: str
    pending_path: str
    policy_parameter: str


class ApprovalRequest(Event):
    """Input of the state that waits for the approval."""

    task_token: str
    stage: str
    package_arn: str
    version: int
    time: TimeText


@logger.inject_lambda_context
@event_parser(model=ApprovalRequest)
def lambda_handler(event: ApprovalRequest, _context: "LambdaContext") -> dict[str, str]:
    """Approve at once if the policy is automatic, else store the token for a person."""
    config = Config.from_env()
    if approval_policy.is_automatic(parameters, config.policy_parameter):
        _approve(event)
        return {"status": "Approved"}
    name = approval_tasks.parameter_name(config.pending_path, event.stage, event.version)
    pending = {
        "task_token": event.task_token,
        "package_arn": event.package_arn,
        "requested_at": event.time,
    }
    if config.approval_links:
        pending["link_key"] = _link_key(name, event.time)
    # A retried task has a new token and the old one is void: overwrite it.
    ssm.put_parameter(
        Name=name,
        Value=json.dumps(pending),
        Type="SecureString",
        KeyId=config.kms_key_arn,
        Overwrite=True,
    )
    decisions.record(
        events,
        config.event_bus_name,
        decisions.APPROVAL_REQUESTED,
        times.parse(event.time),
        stage=event.stage,
        package_arn=event.package_arn,
        package_version=event.version,
    )
    logger.info("approval requested", package_arn=event.package_arn, parameter=name)
    return {"status": "Pending"}


def _link_key(name: str, requested_at: str) -> str:
    """Return the key of this request's link: a retried task keeps it, a later request ends it."""
    try:
        stored = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return secrets.token_hex(32)
    pending = json.loads(stored)
    if pending["requested_at"] == requested_at and "link_key" in pending:
        return str(pending["link_key"])
    return secrets.token_hex(32)


def _approve(event: ApprovalRequest) -> None:
    """Complete the task; ignore a token that was completed before (redelivery)."""
    try:
        states.send_task_success(taskToken=event.task_token, output=json.dumps(APPROVAL))
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist):
        logger.info("task already completed", package_arn=event.package_arn)
    else:
        logger.info("approved by policy", package_arn=event.package_arn)
