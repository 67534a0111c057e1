"""Model package approved (EventBridge) -> one execution of the deployment's state machine."""

import hashlib
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser

from common import model_packages, times
from common.config import Settings
from common.events import EventBridgeEvent, ModelPackageChange
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

states = boto3.client("stepfunctions")

Approved = EventBridgeEvent[ModelPackageChange]


class Config(Settings):
    """Settings of the function."""

    state_machine_arn: str


@logger.inject_lambda_context
@event_parser(model=Approved)
def lambda_handler(event: Approved, _context: "LambdaContext") -> dict[str, str]:
    """Start the deployment; return its execution name, or `Ignored` for other changes."""
    package = event.detail
    # Every later change of an approved version also arrives with status "Approved".
    if package.changed_fields and "ModelApprovalStatus" not in package.changed_fields:
        logger.info("change ignored", package_arn=package.arn, changed=package.changed_fields)
        return {"status": "Ignored"}
    name = execution_name(package, times.iso(event.time))
    status = "Started"
    try:
        states.start_execution(
            stateMachineArn=Config.from_env().state_machine_arn,
            name=name,
            input=model_packages.deployment_input(package.arn, times.iso(event.time)),
        )
    except states.exceptions.ExecutionAlreadyExists:
        status = "AlreadyStarted"
    logger.info("deployment requested", package_arn=package.arn, execution=name, status=status)
    return {"status": status, "execution": name}


def execution_name(package: ModelPackageChange, time: str) -> str:
    """Return a name that is the same for every delivery of one approval.

    It is derived from the version and the time of its approval; `time` (ISO, of the event) is
    used if the package has none.
    """
    approval = f"{package.arn} {package.modified_at or time}"
    return f"model-{package.version}-{hashlib.sha256(approval.encode()).hexdigest()[:8]}"
