"""Schedule (EventBridge) -> a processing job that compacts the offline store's small files."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser

from common import processing_jobs, times
from common.events import ScheduledEvent
from common.observability import logger
from common.processing_jobs import JobSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

sagemaker = boto3.client("sagemaker")

MODULE = "sagemaker_pipelines.jobs.compact_offline_store"


class Config(JobSettings):
    """Settings of the function."""

    feature_group_names: str  # separated by commas


@logger.inject_lambda_context
@event_parser(model=ScheduledEvent)
def lambda_handler(event: ScheduledEvent, _context: "LambdaContext") -> dict[str, str]:
    """Start the job that is named after the event's time, unless it was started before."""
    config = Config.from_env()
    name = f"{config.prefix}-compaction-{event.time:%Y%m%dT%H%M%SZ}"
    groups = config.feature_group_names.split(",")
    options = [option for group in groups for option in ("--feature-group", group)]
    arguments = [*options, "--now", times.iso(event.time)]
    request = processing_jobs.request(config, name, MODULE, arguments)
    status = processing_jobs.start(sagemaker, request)
    logger.info("compaction requested", job=name, status=status)
    return {"status": status, "job": name}
