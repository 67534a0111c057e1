"""Alarm, hourly check, schedule or manual request -> at most one training at a time."""

from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser

from common import decisions, times
from common.config import Settings
from common.observability import logger
from retrain_trigger import guards
from retrain_trigger.training_pipeline import TrainingPipeline
from retrain_trigger.training_request import (
    AlarmCheck,
    TrainingEvent,
    TrainingRequest,
    alarm_reason,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MAX_ATTEMPTS = 2  # to list the executions and start one

cloudwatch = boto3.client("cloudwatch")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
events = boto3.client("events")
ssm_parameters = SSMProvider(boto3_client=ssm)


class ConcurrentStartError(RuntimeError):
    """A concurrent request started a training that is not listed yet; Lambda retries."""


class Config(Settings):
    """Settings of the function."""

    alarm_name: str
    event_bus_name: str
    parameter_path: str
    pipeline_name: str


@logger.inject_lambda_context
@event_parser(model=TrainingEvent)
def lambda_handler(event: TrainingEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Start a training or skip it; return {"started", "execution_arn", "reason"}."""
    config = Config.from_env()
    if isinstance(event, AlarmCheck):
        reason = _reason_in_alarm(config.alarm_name)
        if reason is None:
            return _ignore(event, "the alarm is not in ALARM")
    else:
        reason = event.reason
    request = TrainingRequest(event.id, event.time, reason, event.source == "evergreen.cli")
    arn, skip_reason = _train(config, request)
    if skip_reason is None:
        return _record(config, request, decisions.RETRAINING_STARTED, request.reason, arn)
    if isinstance(event, AlarmCheck):  # the skip was recorded when the alarm went into ALARM
        return _ignore(event, skip_reason)
    return _record(config, request, decisions.RETRAINING_SKIPPED, skip_reason, None)


def _reason_in_alarm(name: str) -> str | None:
    """Return why the alarm is in ALARM, None if it is not."""
    alarms = cloudwatch.describe_alarms(AlarmNames=[name], StateValue="ALARM")["MetricAlarms"]
    return alarm_reason(name, alarms[0]["StateReason"]) if alarms else None


def _train(config: Config, request: TrainingRequest) -> tuple[str | None, str | None]:
    """Return the ARN of the request's training, or None and the reason to skip it.

    Raises ConcurrentStartError.
    """
    policy = guards.Policy.model_validate(_read(f"{config.parameter_path}/quality/policy"))
    hyperparameters = f"{config.parameter_path}/training/hyperparameters"
    pipeline = TrainingPipeline(sagemaker, config.pipeline_name)
    for _ in range(MAX_ATTEMPTS):
        executions = pipeline.executions(since=request.time - policy.horizon)
        if earlier := guards.started_by(request, executions):  # redelivery, perhaps after a crash
            return earlier.arn, None
        if skip_reason := guards.skip_reason(request, executions, policy):
            return None, skip_reason
        predecessor = executions[0].arn if executions else pipeline.created()
        if arn := pipeline.start(request, _read(hyperparameters), predecessor):
            return arn, None
    raise ConcurrentStartError("another training was started at the same time")


def _read(path: str) -> dict[str, Any]:
    """Read all SSM parameters below a path; an operator may just have changed them."""
    return ssm_parameters.get_multiple(path, force_fetch=True)


def _record(
    config: Config, request: TrainingRequest, detail_type: str, reason: str, arn: str | None
) -> dict[str, Any]:
    detail = {"request_id": request.id, "reason": reason, "execution_arn": arn}
    decisions.record(events, config.event_bus_name, detail_type, request.time, **detail)
    logger.info(
        "training request decided",
        decision=detail_type,
        time=times.iso(request.time),
        extra=detail,
    )
    return _response(arn, reason)


def _ignore(event: AlarmCheck, reason: str) -> dict[str, Any]:
    logger.info("alarm checked", request_id=event.id, time=times.iso(event.time), reason=reason)
    return _response(None, reason)


def _response(arn: str | None, reason: str) -> dict[str, Any]:
    return {"started": arn is not None, "execution_arn": arn, "reason": reason}
