"""Lifecycle hook of CodeDeploy -> one prediction through a version of `predict`, and a report."""

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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


class Hook(Event):
    """Event of CodeDeploy."""

    deployment_id: str = Field(alias="DeploymentId")
    execution_id: str = Field(alias="LifecycleEventHookExecutionId")


@logger.inject_lambda_context
@event_parser(model=Hook)
def lambda_handler(event: Hook, context: "LambdaContext") -> dict[str, str]:
    """Check the version; report to CodeDeploy, which ends the deployment after a failure."""
    status, checked = "Succeeded", False
    try:
        checked = _check(Config.from_env(), event, context)
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
    logger.info("release checked", deployment=event.deployment_id, status=status, answered=checked)
    return {"status": status}


def _check(config: Config, event: Hook, context: "LambdaContext") -> bool:
    """Return whether the version predicted: an endpoint that does not serve is not its fault."""
    info = codedeploy.get_deployment(deploymentId=event.deployment_id)["deploymentInfo"]
    release = answer_checks.release(info["revision"])
    alias = lambda_.get_alias(FunctionName=release.function, Name=release.alias)
    shifted = alias["FunctionVersion"] == release.target
    qualifier = release.alias if shifted else release.target
    first_id = f"{SMOKE_TEST}{event.deployment_id}-{qualifier}"
    ids = captured_calls.inference_ids(first_id, 0 if shifted else config.capture_percent)
    for inference_id in ids:
        answer = _predict(config, release, qualifier, inference_id)
        if answer_checks.is_unavailable(answer):
            live = _predict(config, release, release.current, inference_id)
            if answer_checks.is_unavailable(live):
                return False
        answer_checks.check(answer)
    while config.capture_percent and not shifted:
        try:
            captured_calls.check(s3, config.bucket, config.capture_folder, ids)
        except captured_calls.CaptureNotFoundError:
            if context.get_remaining_time_in_millis() < RESERVE_MILLISECONDS:
                raise
            time.sleep(POLL_SECONDS)
        else:
            break
    return True


def _predict(
    config: Config, release: answer_checks.Release, qualifier: str, inference_id: str
) -> dict[str, Any]:
    """Return the answer of a version, or of the alias; raises BadAnswerError."""
    request = answer_checks.proxy_event(config.body, inference_id, datetime.now(UTC))
    response = lambda_.invoke(
        FunctionName=release.function, Qualifier=qualifier, Payload=json.dumps(request).encode()
    )
    expected = release.target if qualifier == release.alias else qualifier
    if (found := response.get("ExecutedVersion")) != expected:
        raise answer_checks.BadAnswerError(f"ExecutedVersion: got {found}, expected {expected}")
    return dict(json.load(response["Payload"]))
