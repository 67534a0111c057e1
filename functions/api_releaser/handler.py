"""Version published by `terraform apply` -> one CodeDeploy deployment to the alias of the API."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Json

from api_releaser import release
from common.config import Settings
from common.events import Event
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

codedeploy = boto3.client("codedeploy")
lambda_ = boto3.client("lambda")


class Config(Settings):
    """Settings of the function."""

    alias: str
    application_name: str
    deployment_group_name: str
    function_name: str
    hooks: Json[dict[str, str]]  # functions by lifecycle event


class Published(Event):
    """A version of the function."""

    version: str


@logger.inject_lambda_context
@event_parser(model=Published)
def lambda_handler(event: Published, _context: "LambdaContext") -> dict[str, str]:
    """Start the deployment, unless the alias has the version or is getting it."""
    config = Config.from_env()
    alias = lambda_.get_alias(FunctionName=config.function_name, Name=config.alias)
    current = alias["FunctionVersion"]
    if current == event.version:
        logger.info("version is live", version=event.version)
        return {"status": "Live"}
    if active := _active(config, release.description(event.version)):
        logger.info("deployment is running", version=event.version, deployment=active)
        return {"status": "AlreadyStarted", "deployment": active}
    # CodeDeploy refuses a second deployment of the group while another version is released.
    started = codedeploy.create_deployment(
        applicationName=config.application_name,
        deploymentGroupName=config.deployment_group_name,
        description=release.description(event.version),
        revision=release.revision(
            config.function_name, config.alias, current, event.version, config.hooks
        ),
    )["deploymentId"]
    logger.info("deployment started", old=current, new=event.version, deployment=started)
    return {"status": "Started", "deployment": started}


def _active(config: Config, description: str) -> str | None:
    """Return the id of the running deployment with this description, None if there is none."""
    running = codedeploy.list_deployments(
        applicationName=config.application_name,
        deploymentGroupName=config.deployment_group_name,
        includeOnlyStatuses=["Created", "Queued", "InProgress", "Ready"],
    )["deployments"]
    for found in running:
        info = codedeploy.get_deployment(deploymentId=found)["deploymentInfo"]
        if info.get("description") == description:
            return str(found)
    return None
