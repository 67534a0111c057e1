"""Job of the bake period ended (EventBridge) -> rollback if the present version is worse."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Field

from bake_judge.judgement import Judgement, judge
from common import bake, decisions, deepar, endpoints, model_packages, scores, times
from common.bake import Comparison
from common.config import Settings
from common.events import Event, EventBridgeEvent
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
states = boto3.client("stepfunctions")
events = boto3.client("events")

KEPT, ROLLED_BACK = "kept", "rolled back"
SUPERSEDED, NOT_JUDGED = "superseded", "not judged"


class Config(Settings):
    """Settings of the function."""

    bucket: str
    event_bus_name: str
    prefix: str
    state_machine_arn: str


class EndedJob(Event):
    """Detail of `SageMaker Transform Job State Change`."""

    name: str = Field(alias="TransformJobName")
    status: str = Field(alias="TransformJobStatus")
    failure_reason: str | None = Field(None, alias="FailureReason")


class EndpointNotReadyError(RuntimeError):
    """Production is not in service with the version yet, so it cannot be replaced."""


@logger.inject_lambda_context
@event_parser(model=EventBridgeEvent[EndedJob])
def lambda_handler(event: EventBridgeEvent[EndedJob], _context: "LambdaContext") -> dict[str, Any]:
    """Judge the present version, roll back if it is worse, and record the verdict."""
    config, job = Config.from_env(), event.detail
    comparison = Comparison.model_validate_json(_read(config, bake.comparison_key(job.name)))
    found = _judge(config, job, comparison) if job.status == "Completed" else None
    detail: dict[str, Any] = {
        "verdict": NOT_JUDGED,
        "reason": job.failure_reason or f"{job.status} without a scored window",
    }
    if found is not None:
        verdict = _act(config, job, comparison, found, times.iso(event.time))
        detail = {"verdict": verdict, **asdict(found)}
    detail |= {
        "package_arn": comparison.package_arn,
        "package_version": model_packages.version(comparison.package_arn),
        "replaced_version": model_packages.version(comparison.replaced_arn),
        "job": job.name,
    }
    decisions.record(events, config.event_bus_name, decisions.BAKE_CHECKED, event.time, **detail)
    logger.info("version compared with the one it replaced", extra=detail)
    return detail


def _judge(config: Config, job: EndedJob, comparison: Comparison) -> Judgement | None:
    """Judge by the losses; ForecastError unless there is one plausible forecast per window."""
    lines = _read(config, bake.output_key(job.name)).splitlines()
    if len(lines) != len(comparison.windows):
        raise deepar.ForecastError(
            f"{job.name}: got {len(lines)} forecasts, expected {len(comparison.windows)}"
        )
    pairs = []
    for line, window in zip(lines, comparison.windows, strict=True):
        forecast = deepar.prediction(line, len(window.truth))
        pairs.append((window.wql, scores.mean_wql(window.truth, forecast.quantiles)))
    return judge(pairs)


def _act(
    config: Config, job: EndedJob, comparison: Comparison, found: Judgement, time: str
) -> str:
    """Roll back if the version is worse and production serves it; return the verdict."""
    if not found.worse:
        return KEPT
    version = model_packages.version(comparison.package_arn)
    endpoint = endpoints.describe(sagemaker, f"{config.prefix}-production") or {}
    served = endpoints.target_config(endpoint)
    if served is None or model_packages.served_version(served) != version:
        return SUPERSEDED
    if endpoint["EndpointStatus"] != "InService":
        raise EndpointNotReadyError(f"production: got {endpoint['EndpointStatus']}")
    replaced = model_packages.version(comparison.replaced_arn)
    comment = (
        f"model {version} has {found.ratio:.2f} times the loss of model {replaced} "
        f"in {found.windows} windows (at least {found.low:.2f} times)"
    )
    approval = {"by": "bake_judge", "path": "automatic rollback", "comment": comment}
    try:
        states.start_execution(
            stateMachineArn=config.state_machine_arn,
            name=f"rollback-{job.name}",
            input=model_packages.deployment_input(comparison.replaced_arn, time, approval),
        )
    except states.exceptions.ExecutionAlreadyExists:
        logger.info("rollback was started before", job=job.name)
    return ROLLED_BACK


def _read(config: Config, key: str) -> bytes:
    return s3.get_object(Bucket=config.bucket, Key=key)["Body"].read()
