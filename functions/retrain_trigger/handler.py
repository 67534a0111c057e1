"""Alarm, check, schedule, upload, code or person -> at most one training at a time."""

from datetime import datetime, timedelta
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import NonNegativeInt, PositiveInt

from common import decisions, hyperparameters, times
from common.config import Settings
from common.observability import logger
from common.training_workflow.execution import Execution
from common.training_workflow.workflow import Workflow, open_workflow
from retrain_trigger import attempts, guards, training_account, uploads
from retrain_trigger.attempts import Situation
from retrain_trigger.production import Production, Version
from retrain_trigger.stored_hyperparameters import NEXT, StoredHyperparameters, texts
from retrain_trigger.training_events import (
    TRIGGERS,
    AlarmEvent,
    Check,
    RequestEvent,
    TrainingEvent,
    TrainingFailed,
    repeated,
    uploaded,
)
from retrain_trigger.training_record import TrainingRecords
from retrain_trigger.training_request import TrainingRequest, started_by
from retrain_trigger.trainings import parameters, since

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_ssm.type_defs import ParameterTypeDef

RETRY = "retry of a failed training"
MAX_ATTEMPTS = 2  # to list the executions and start one
OLDEST_EXECUTION = timedelta(days=30)  # older ones do not count as attempts
# Of a refusal that a person has to end; those with `invalid` are mailed.
REFUSED = {"invalid": "hyperparameters", "next": NEXT}

cloudwatch = boto3.client("cloudwatch")
ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")
events = boto3.client("events")
s3 = boto3.client("s3")
states = boto3.client("stepfunctions")
store = boto3.client("sagemaker-featurestore-runtime")


class ConcurrentStartError(RuntimeError):
    """A concurrent request started a training that is not listed yet; Lambda retries."""


class Config(Settings):
    """Settings of the function."""

    alarm_name: str
    bucket: str
    event_bus_name: str
    feature_group_name: str | None = None  # None: a tabular model
    lag_minutes: NonNegativeInt
    model_package_group_name: str
    parameter_path: str
    prediction_length: PositiveInt
    state_machine_arn: str
    threshold_parameter: str
    training_account: str | None = None  # None: this one
    training_workflow_arn: str


@logger.inject_lambda_context
@event_parser(model=TrainingEvent)
def lambda_handler(event: TrainingEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Start a training or skip it; return {"started", "execution_arn", "reason"}."""
    config = Config.from_env()
    if config.training_account is not None:
        return _ask(config, config.training_account, event)
    return _decide(config, event)


def _decide(config: Config, event: TrainingEvent) -> dict[str, Any]:
    """Start or skip a training of this account."""
    # Read in every invocation, so that a bad value is reported by the next check, not by the next
    # training.
    policy = guards.Policy.parse(texts(_read(f"{config.parameter_path}/quality/policy")))
    path = f"{config.parameter_path}/{hyperparameters.PATH}"
    stored = StoredHyperparameters.of(_read(path))
    production = _production(config)
    workflow = open_workflow(config.training_workflow_arn, sagemaker, states)
    versions = production.versions()
    situation = None
    if isinstance(event, Check):
        _warn(config, event, stored)
    if isinstance(event, Check | TrainingFailed):
        situation, reason = production.situation(versions, event.time)
        executions = since(workflow, event.time - OLDEST_EXECUTION)
        if isinstance(event, TrainingFailed):
            return _report(config, event, workflow, situation, executions)
        if situation is None:
            due = _due(config, executions)
            if due is None:
                return _ignore(event, reason)
            reason = due
    else:
        reason = event.reason
        situation = _reported(production, versions, event)
    request = TrainingRequest(event.id, event.time, reason, TRIGGERS[event.source])
    registered = [version.created for version in versions]
    try:
        arn, skip_reason = _train(config, policy, request, workflow, situation, registered, stored)
    except hyperparameters.HyperparameterError as error:
        return _refuse(config, event, request, str(error))
    if skip_reason is None:
        return _record(config, request, decisions.RETRAINING_STARTED, request.reason, arn)
    if repeated(event):
        return _ignore(event, skip_reason)
    return _record(config, request, decisions.RETRAINING_SKIPPED, skip_reason, None)


def _ask(config: Config, account: str, event: TrainingEvent) -> dict[str, Any]:
    """Ask the account that trains for a better model, unless production needs none."""
    production = _production(config)
    request, reason = training_account.request(production, event)
    if request is None:
        return _ignore(event, reason)
    training_account.send(events, config.event_bus_name, event.time, request)
    logger.info("training requested", account=account, time=times.iso(event.time), extra=request)
    return _response(None, reason) | {"requested_from": account}


def _reported(
    production: Production, versions: list[Version], event: TrainingEvent
) -> Situation | None:
    """Return why production needs a better model if the event says so, else None."""
    if isinstance(event, AlarmEvent):
        return production.breach(versions, event.reason, event.time)
    if isinstance(event, RequestEvent) and event.needed:
        undecided = production.undecided(versions)
        return Situation(event.reason, event.detail.since, undecided)
    return None


def _read(path: str) -> "list[ParameterTypeDef]":
    """Read all SSM parameters below a path; an operator may just have changed them."""
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path)
    return [parameter for page in pages for parameter in page["Parameters"]]


def _due(config: Config, executions: list[Execution]) -> str | None:
    """Return why a training is due although production needs no better model, None if none is."""
    if attempts.retry_follows(executions):
        return RETRY
    file = uploads.waiting(s3, config.bucket, executions)
    return uploaded(file) if file else None


def _warn(config: Config, check: Check, stored: StoredHyperparameters) -> None:
    """Notify a person of bad hyperparameters before a training is due."""
    problem = stored.problem(config.prediction_length)
    if problem is not None and stored.reported(check.time):
        request = TrainingRequest(check.id, check.time, "", TRIGGERS[check.source])
        _record(config, request, decisions.RETRAINING_SKIPPED, problem, None, **REFUSED)


def _refuse(
    config: Config, event: TrainingEvent, request: TrainingRequest, problem: str
) -> dict[str, Any]:
    if repeated(event):  # `_warn` reports it, not every check
        return _ignore(event, problem)
    return _record(config, request, decisions.RETRAINING_SKIPPED, problem, None, **REFUSED)


def _production(config: Config) -> Production:
    return Production(
        cloudwatch,
        s3,
        sagemaker,
        ssm,
        states,
        store,
        alarm=config.alarm_name,
        bucket=config.bucket,
        feature_group=config.feature_group_name,
        package_group=config.model_package_group_name,
        state_machine_arn=config.state_machine_arn,
        threshold_parameter=config.threshold_parameter,
        horizon=config.prediction_length,
        lag_minutes=config.lag_minutes,
    )


def _train(
    config: Config,
    policy: guards.Policy,
    request: TrainingRequest,
    workflow: Workflow,
    situation: Situation | None,
    registered: list[datetime],
    stored: StoredHyperparameters,
) -> tuple[str | None, str | None]:
    """Return the ARN of the request's training, or None and the reason to skip it.

    Raises ConcurrentStartError, HyperparameterError.
    """
    horizon = config.prediction_length
    counted = attempts.first_counted(situation, horizon)
    oldest = max(min(request.time - policy.horizon, counted), request.time - OLDEST_EXECUTION)
    for _ in range(MAX_ATTEMPTS):
        executions = since(workflow, oldest)
        if earlier := started_by(request, executions):  # redelivery, perhaps after a crash
            return earlier.arn, None
        if refusal := guards.refusal(request, situation, executions, registered, policy, horizon):
            return None, refusal
        values = stored.parse(horizon)
        created = "" if executions else workflow.created()
        token = guards.start_token(
            workflow.arn, guards.predecessor(executions, created, registered)
        )
        name, why = request.execution_name, request.stored_reason
        if arn := workflow.start(name, why, parameters(request, values), token):
            return arn, None
    raise ConcurrentStartError("another training was started at the same time")


def _record(
    config: Config,
    request: TrainingRequest,
    detail_type: str,
    reason: str,
    arn: str | None,
    **more: str,
) -> dict[str, Any]:
    detail = {
        "request_id": request.id,
        "trigger": request.trigger,
        "reason": reason,
        "execution_arn": arn,
        **more,
    }
    decisions.record(events, config.event_bus_name, detail_type, request.time, **detail)
    logger.info(
        "training request decided",
        decision=detail_type,
        time=times.iso(request.time),
        extra=detail,
    )
    return _response(arn, reason)


def _report(
    config: Config,
    event: TrainingFailed,
    workflow: Workflow,
    situation: Situation | None,
    executions: list[Execution],
) -> dict[str, Any]:
    """Record why a training failed and what follows; a check starts the retry."""
    arn = event.detail.execution_arn
    ended = [*dropwhile(lambda execution: execution.arn != arn, executions)]  # none started since
    detail = {
        "execution_arn": arn,
        "reason": workflow.failure(arn),
        "next": attempts.after_failure(situation, ended, config.prediction_length),
    }
    decisions.record(
        events, config.event_bus_name, decisions.TRAINING_FAILED, event.time, **detail
    )
    TrainingRecords(s3, config.bucket).fail(workflow, arn, detail["reason"])
    logger.info("training failed", time=times.iso(event.time), extra=detail)
    return _response(None, detail["reason"])


def _ignore(event: TrainingEvent, reason: str) -> dict[str, Any]:
    logger.info(
        "production checked", request_id=event.id, time=times.iso(event.time), reason=reason
    )
    return _response(None, reason)


def _response(arn: str | None, reason: str) -> dict[str, Any]:
    return {"started": arn is not None, "execution_arn": arn, "reason": reason}
