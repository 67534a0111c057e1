"""Schedule (EventBridge) -> a processing job that compacts the offline store's small files."""

from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Json

from common import times
from common.config import Settings
from common.events import ScheduledEvent
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

sagemaker = boto3.client("sagemaker")

MAX_RUNTIME_SECONDS = 3600  # the first compaction of several years takes minutes
MODULE = "sagemaker_pipelines.jobs.compact_offline_store"


class Config(Settings):
    """Settings of the function."""

    feature_group_names: str  # separated by commas
    image: str
    instance_type: str
    kms_key_arn: str
    prefix: str
    role_arn: str
    vpc_config: Json[dict[str, list[str]] | None]  # of the job, null for none


@logger.inject_lambda_context
@event_parser(model=ScheduledEvent)
def lambda_handler(event: ScheduledEvent, _context: "LambdaContext") -> dict[str, str]:
    """Start the job that is named after the event's time, unless it was started before."""
    config = Config.from_env()
    name = f"{config.prefix}-compaction-{event.time:%Y%m%dT%H%M%SZ}"
    status = "Started"
    try:
        sagemaker.create_processing_job(**_job(config, name, times.iso(event.time)))
    except sagemaker.exceptions.ResourceInUse:
        status = "AlreadyStarted"  # EventBridge may deliver an event twice
    logger.info("compaction requested", job=name, status=status)
    return {"status": status, "job": name}


def _job(config: Config, name: str, now: str) -> dict[str, Any]:
    groups = config.feature_group_names.split(",")
    options = [option for group in groups for option in ("--feature-group", group)]
    return {
        "ProcessingJobName": name,
        "RoleArn": config.role_arn,
        "AppSpecification": {
            "ImageUri": config.image,
            "ContainerEntrypoint": ["python", "-m", MODULE],
            "ContainerArguments": [*options, "--now", now],
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": config.instance_type,
                "VolumeSizeInGB": 10,  # the job stores nothing on it
                "VolumeKmsKeyId": config.kms_key_arn,
            }
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": MAX_RUNTIME_SECONDS},
        **({"NetworkConfig": {"VpcConfig": config.vpc_config}} if config.vpc_config else {}),
    }
