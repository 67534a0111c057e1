"""Lifecycle hook of CodeDeploy -> one prediction through a version of `predict`, and a report."""

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Field, NonNegativeInt

from api_release_check import answer_checks
from common import captured_calls
from common.config import Settings
from common.events import Event
from common.inference_ids import SMOKE_TEST
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

POLL_SECONDS = 10.0
RESERVE_MILLISECONDS = 20_000  # remaining time in which to report the failure

codedeploy = boto3.client("codedeploy")
lambda_ = boto3.client("lambda")
s3 = boto3.client("s3")


class Config(Settings):
    """Settings of the function."""

    body: str  # of the request to /stream
    bucket: str
    capture_folder: str
    capture_percent: NonNegativeInt  # 0: the capture is not checked
    function_name: str
    qualifier: str  # the version, or the alias once it has the version
    version: str


class Hook(Event):
    """Event of CodeDeploy."""

    deployment_id: str = Field(alias="DeploymentId")
    execution_id: str = Field(alias="LifecycleEventHookExecutionId")


@logger.inject_lambda_context
@event_parser(model=Hook)
def lambda_handler(event: Hook, context: "LambdaContext") -> dict[str, str]:
    """Check the version; report to CodeDeploy, which ends the deployment after a failure."""
    status = "Succeeded"
    try:
        _check(Config.from_env(), event, context)
    except Exception:  # noqa: BLE001 - without a report, CodeDeploy waits for an hour
        logger.exception("release check failed")
        status = "Failed"
    try:
        codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=event.deployment_id,
            lifecycleEventHookExecutionId=event.execution_id,
            status=status,
        )
    except codedeploy.exceptions.LifecycleEventAlreadyCompletedException:
        logger.info("already reported", deployment=event.deployment_id)
    logger.info("release checked", deployment=event.deployment_id, status=status)
    return {"status": status}


def _check(config: Config, event: Hook, context: "LambdaContext") -> None:
    first_id = f"{SMOKE_TEST}{event.deployment_id}-{config.qualifier}"
    ids = captured_calls.inference_ids(first_id, config.capture_percent)
    for inference_id in ids:
        request = answer_checks.proxy_event(config.body, inference_id, datetime.now(UTC))
        response = lambda_.invoke(
            FunctionName=config.function_name,
            Qualifier=config.qualifier,
            Payload=json.dumps(request).encode(),
        )
        if (found := response.get("ExecutedVersion")) != config.version:
            message = f"ExecutedVersion: got {found}, expected {config.version}"
            raise answer_checks.BadAnswerError(message)
        answer_checks.check(json.load(response["Payload"]))
    while config.capture_percent:
        try:
            captured_calls.check(s3, config.bucket, config.capture_folder, ids)
        except captured_calls.CaptureNotFoundError:
            if context.get_remaining_time_in_millis() < RESERVE_MILLISECONDS:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return
