"""`terraform destroy` -> deletes resources that the loop created outside of Terraform.

Before another `training.workflow` -> fails while a training of the one before runs.

Each kind of resource is listed and deleted until none is left, so an interrupted invocation can be
repeated.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Json

from common.config import Settings
from common.events import Event
from common.observability import logger
from run_time_cleaner import idle_workflow
from run_time_cleaner.deletion import delete_all
from run_time_cleaner.deployments import Deployments
from run_time_cleaner.resources import Resources

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Kinds = dict[str, tuple[Callable[[], Iterator[str]], Callable[[str], object]]]

ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
stepfunctions = boto3.client("stepfunctions")


class Config(Settings):
    """Settings of the function."""

    model_package_group_name: str
    pending_path: str
    prefix: str
    workflow_arns: Json[list[str]]


class TerraformAction(Event):
    """Terraform's action on its invocation resource."""

    action: str


class Invocation(Event):
    """Input of `aws_lambda_invocation` with `lifecycle_scope = "CRUD"`."""

    idle_workflow_arn: str | None = None  # that Terraform is about to replace, if it exists
    prefix: str | None = None  # of the deployment whose run-time resources are deleted
    state_machine_arn: str | None = None  # of deployments to stop, before Terraform deletes it
    tf: TerraformAction | None = None


@logger.inject_lambda_context
@event_parser(model=Invocation)
def lambda_handler(event: Invocation, context: "LambdaContext") -> dict[str, int]:
    """Clean up if Terraform deletes its invocation; return how many of each kind were deleted.

    Raises TrainingRunningError, CleanUpIncompleteError.
    """
    if event.idle_workflow_arn is not None:
        idle_workflow.check(event.idle_workflow_arn, sagemaker, stepfunctions)
        return {}
    if event.tf is None or event.tf.action != "delete":
        return {}
    if event.state_machine_arn is not None:
        deployments = Deployments(stepfunctions, event.state_machine_arn)
        kinds: Kinds = {"deployments": (deployments.running, deployments.stop)}
    elif event.prefix is not None:
        kinds = _run_time_resources()
    else:
        return {}  # of another release: not a reason to delete everything
    remaining = context.get_remaining_time_in_millis
    deleted = {
        kind: delete_all(kind, find, delete, remaining) for kind, (find, delete) in kinds.items()
    }
    logger.info("cleaned up", extra=deleted)
    return deleted


def _run_time_resources() -> Kinds:
    """Return how each kind is listed and deleted, in the order in which they can be deleted."""
    config = Config.from_env()
    resources = Resources(
        ssm,
        sagemaker,
        stepfunctions,
        prefix=config.prefix,
        workflows=tuple(config.workflow_arns),
        package_group=config.model_package_group_name,
        pending_path=config.pending_path,
        operations_path=f"/{config.prefix}/operations",
    )
    # The order matters: a running training creates models and packages, an endpoint uses them.
    return {
        "trainings": (resources.running_trainings, resources.stop_training),
        "endpoints": (
            resources.endpoints,
            lambda name: sagemaker.delete_endpoint(EndpointName=name),
        ),
        "endpoint_configs": (
            resources.endpoint_configs,
            lambda name: sagemaker.delete_endpoint_config(EndpointConfigName=name),
        ),
        "models": (resources.models, lambda name: sagemaker.delete_model(ModelName=name)),
        "packages": (
            resources.packages,
            lambda arn: sagemaker.delete_model_package(ModelPackageName=arn),
        ),
        "parameters": (
            resources.parameters,
            lambda name: ssm.delete_parameter(Name=name),
        ),
    }
