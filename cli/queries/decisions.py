"""Decision events from the decision log, and the results of training executions."""

import json
from typing import Any

from cli.aws import Json, pages
from cli.connection import Connection
from common import failures
from common.approval_tasks import REJECTED
from common.decisions import (
    BAKE_CHECKED,
    DEPLOYMENT_FAILED,
    MODEL_DEPLOYED,
    RETRAINING_SKIPPED,
    RETRAINING_STARTED,
    TOURNAMENT_DECIDED,
    TRAINING_DATA_REJECTED,
    TRAINING_FAILED,
    VARIANTS_CHANGED,
    VERSION_IMPORTED,
)
from common.endpoints import PRE_TRAFFIC, PRODUCTION
from common.training_workflow.execution import Execution

BAKE = ("package_version", "replaced_version", "verdict", "ratio", "low", "windows", "reason")
DEPLOYMENT = ("stage", "package_arn", "error", "cause")


def decisions(connection: Connection) -> list[Json]:
    """Return all decision events without duplicates, oldest first."""
    found = pages(
        connection.clients("logs"),
        "filter_log_events",
        "events",
        logGroupName=connection.outputs.decision_log_group,
    )
    events = [json.loads(event["message"]) for event in found]
    distinct = {event["id"]: event for event in events}  # EventBridge may deliver twice
    return sorted(distinct.values(), key=lambda event: str(event["time"]))


def retrains(connection: Connection, log: list[Json]) -> list[Json]:
    """Return each retraining request.

    Keys: time, trigger, reason, outcome, execution_arn, failure, next, winner, verdict, contenders
    (mean wQL by name).

    The trigger is the kind of event (alarm, check, code, command, schedule, upload), the outcome
    `skipped` or the status of the execution in lower case. `failure` is why it failed and
    `next` what follows, also after refused hyperparameters; `winner` is the candidate that was
    registered, None if the champion stayed, and `verdict` says why.
    """
    executions = {execution.arn: execution for execution in connection.workflow.listed()}
    requests: dict[Any, Json] = {}
    for event in log:
        if event["detail-type"] in {
            RETRAINING_STARTED,
            RETRAINING_SKIPPED,
        }:  # redelivery records again
            request = event["detail"].get("request_id", event["id"])
            requests.setdefault((event["detail-type"], request), event)
    verdicts = _by_execution(log, TOURNAMENT_DECIDED)
    failures = _by_execution(log, TRAINING_FAILED)
    return [_retrain(event, executions, verdicts, failures) for event in requests.values()]


def tournament(log: list[Json], execution_arn: str) -> Json | None:
    """Return winner (None: the champion stayed), reason and contenders of a training."""
    if (event := _by_execution(log, TOURNAMENT_DECIDED).get(execution_arn)) is None:
        return None
    return {key: event["detail"].get(key) for key in ("winner", "reason", "contenders")}


def failed_deployments(log: list[Json]) -> list[Json]:
    """Return each failed deployment: time, stage, package_arn, error, cause (one message)."""
    return [
        {
            "time": event["time"],
            **{key: event["detail"].get(key) for key in DEPLOYMENT},
            "cause": failures.reason(None, event["detail"].get("cause")),
        }
        for event in log
        if event["detail-type"] == DEPLOYMENT_FAILED
    ]


def unresolved_deployments(log: list[Json]) -> list[Json]:
    """Return for each stage its newest failed deployment, unless a later one succeeded.

    A version that a person rejected needs nobody.
    """
    failed: dict[str, Json] = {}
    for event in log:
        if event["detail-type"] == DEPLOYMENT_FAILED:
            if event["detail"].get("error") == REJECTED:
                continue
            failed[event["detail"]["stage"]] = event
        elif event["detail-type"] in {MODEL_DEPLOYED, VARIANTS_CHANGED}:
            failed.pop(event["detail"]["stage"], None)
            if event["detail"]["stage"] == PRODUCTION:
                failed.pop(PRE_TRAFFIC, None)
    return failed_deployments(list(failed.values()))


def variant_changes(log: list[Json]) -> list[Json]:
    """Return each change of production's variants: time, package_version, kind, weight, by."""
    return [
        {
            "time": event["time"],
            "package_version": event["detail"]["package_version"],
            **{key: event["detail"]["variants"].get(key) for key in ("kind", "weight")},
            "by": event["detail"]["approval"]["by"],
            "comment": event["detail"]["approval"]["comment"],
        }
        for event in log
        if event["detail-type"] == VARIANTS_CHANGED
    ]


def bake_checks(log: list[Json]) -> list[Json]:
    """Return each comparison of a new version with the one it replaced: time, and BAKE."""
    checks: dict[str, Json] = {}
    for event in log:
        if event["detail-type"] == BAKE_CHECKED:  # a repeated one finds the version rolled back
            checks.setdefault(event["detail"]["job"], event)
    return [
        {"time": event["time"], **{key: event["detail"].get(key) for key in BAKE}}
        for event in checks.values()
    ]


def origins(log: list[Json]) -> dict[int, str]:
    """Return the ARN in the account of staging of each version that was promoted from there."""
    imported = (event["detail"] for event in log if event["detail-type"] == VERSION_IMPORTED)
    return {detail["package_version"]: detail["promoted_from"] for detail in imported}


def rejections(log: list[Json]) -> list[Json]:
    """Return each rejection of training data: time, reason, execution_arn."""
    rejected = _by_execution(log, TRAINING_DATA_REJECTED)  # a retried job records it again
    return [
        {"time": event["time"], "reason": event["detail"]["reason"], "execution_arn": arn}
        for arn, event in rejected.items()
    ]


def _by_execution(log: list[Json], detail_type: str) -> dict[str, Json]:
    """Return the newest event of this type for each training, by the ARN of its execution."""
    return {e["detail"]["execution_arn"]: e for e in log if e["detail-type"] == detail_type}


def _retrain(
    event: Json,
    executions: dict[str, Execution],
    verdicts: dict[str, Json],
    failures: dict[str, Json],
) -> Json:
    detail = event["detail"]
    arn = str(detail.get("execution_arn"))
    verdict = verdicts.get(arn, {"detail": {}})["detail"]
    failure = failures.get(arn, {"detail": {}})["detail"]
    execution = executions.get(arn)
    if event["detail-type"] == RETRAINING_SKIPPED:
        outcome = "skipped"
    else:
        outcome = execution.status.lower() if execution else "started"
    return {
        "time": event["time"],
        "trigger": detail.get("trigger"),
        "reason": detail.get("reason"),
        "outcome": outcome,
        "execution_arn": detail.get("execution_arn") if outcome != "skipped" else None,
        "failure": failure.get("reason") or (execution.failure if execution else None),
        "next": failure.get("next") or detail.get("next"),
        "winner": verdict.get("winner"),
        "verdict": verdict.get("reason"),
        "contenders": verdict.get("contenders", {}),
    }
