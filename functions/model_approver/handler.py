"""Model package pending approval (EventBridge) -> approved by the policy, or a person is asked."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser

from common import approval_policy, decisions
from common.config import Settings
from common.events import EventBridgeEvent, ModelPackageChange
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

DESCRIPTION = "approved by the policy: automatic"

events = boto3.client("events")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
parameters = SSMProvider(boto3_client=ssm)

Pending = EventBridgeEvent[ModelPackageChange]


class Config(Settings):
    """Settings of the function."""

    event_bus_name: str
    policy_parameter: str


@logger.inject_lambda_context
@event_parser(model=Pending)
def lambda_handler(event: Pending, _context: "LambdaContext") -> dict[str, str]:
    """Approve the package if it is still pending, or ask a person; return its status."""
    config, arn = Config.from_env(), event.detail.arn
    status: str = sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"]
    if status == "PendingManualApproval":
        if approval_policy.is_automatic(parameters, config.policy_parameter):
            status = "Approved"
            sagemaker.update_model_package(
                ModelPackageArn=arn,
                ModelApprovalStatus="Approved",
                ApprovalDescription=DESCRIPTION,
            )
        else:
            _ask(config, event)
    logger.info("model package checked", package_arn=arn, status=status)
    return {"status": status}


def _ask(config: Config, event: Pending) -> None:
    decisions.record(
        events,
        config.event_bus_name,
        decisions.APPROVAL_REQUESTED,
        event.time,
        stage="staging",
        package_arn=event.detail.arn,
        package_version=event.detail.version,
    )
