"""Asks the guards, starts the training pipeline, puts on record what was decided and why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3

from common import decisions, logs, settings, times
from retrain_trigger import guards, parameters, requests
from retrain_trigger.requests import Request

cloudwatch = boto3.client("cloudwatch")
ssm = boto3.client("ssm")
sagemaker: Any = boto3.client("sagemaker")
events = boto3.client("events")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Start a training or say why not -> {"started", "execution_arn", "reason"}."""
    check = requests.is_check(event)
    if check:
        if (alarm := _ringing()) is None:
            return _answer(None, "the alarm does not ring")
        event = requests.of_alarm(event, alarm)
    request = requests.parse(event)
    policy = parameters.policy(parameters.values(ssm, "quality/policy"))
    executions = list(_executions(request, policy))
    if own := guards.own(request, executions):  # a redelivery, perhaps because of a crash
        return _decided(request, "Retraining Started", request.reason, own.arn)
    if refusal := guards.refusal(request, executions, policy):
        if check:  # the refusal that matters was recorded when the alarm began to ring
            return _answer(None, refusal)
        return _decided(request, "Retraining Skipped", refusal, None)
    return _decided(request, "Retraining Started", request.reason, _start(request))


def _ringing() -> Any:
    """Return the loss alarm while it rings; it tells of itself only when it begins to."""
    name = settings.required("ALARM_NAME")
    found = cloudwatch.describe_alarms(AlarmNames=[name], StateValue="ALARM")["MetricAlarms"]
    return found[0] if found else None


def _start(request: Request) -> str:
    started = sagemaker.start_pipeline_execution(
        PipelineName=settings.required("PIPELINE_NAME"),
        PipelineExecutionDisplayName=request.name,
        PipelineExecutionDescription=request.told,
        PipelineParameters=parameters.pipeline(
            request, parameters.values(ssm, "training/hyperparameters")
        ),
        ClientRequestToken=request.token,
    )
    return str(started["PipelineExecutionArn"])


def _executions(request: Request, policy: guards.Policy) -> Iterator[guards.Execution]:
    """Yield the trainings that the guards have to know of."""
    since = request.time - max(policy.cooldown, guards.DAY) - timedelta(minutes=1)
    name = settings.required("PIPELINE_NAME")
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=name, CreatedAfter=since, SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for summary in page["PipelineExecutionSummaries"]:
            yield guards.Execution(
                summary["StartTime"],
                summary["PipelineExecutionStatus"],
                summary.get("PipelineExecutionDisplayName", ""),
                summary["PipelineExecutionArn"],
            )


def _decided(request: Request, kind: str, why: str, arn: str | None) -> dict[str, Any]:
    facts = {"request_id": request.id, "reason": why, "execution_arn": arn}
    decisions.record(events, kind, request.time, **facts)
    logs.line(kind, time=times.iso(request.time), **facts)
    return _answer(arn, why)


def _answer(arn: str | None, why: str) -> dict[str, Any]:
    return {"started": arn is not None, "execution_arn": arn, "reason": why}
