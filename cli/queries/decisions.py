"""The decision log: what the loop did, and how its retrainings ended."""

import json
from typing import Any

from botocore.exceptions import ClientError

from cli.reads.aws import Clients, Json, absent, pages

REJECTED = "Training Data Rejected"
RETRAININGS = ("Retraining Started", "Retraining Skipped")


def decisions(clients: Clients, prefix: str) -> list[Json]:
    """Return the loop's own events as EventBridge delivered them, each once, the oldest first."""
    group = f"/{prefix}/decisions"
    try:
        found = list(pages(clients("logs"), "filter_log_events", "events", logGroupName=group))
    except ClientError as error:
        if absent(error):
            return []
        raise
    events = [json.loads(event["message"]) for event in found]
    once = {event["id"]: event for event in events}  # EventBridge may deliver twice
    return sorted(once.values(), key=lambda event: str(event["time"]))


def retrains(clients: Clients, prefix: str, log: list[Json] | None = None) -> list[Json]:
    """Return each request to retrain: time, reason, outcome, execution_arn (None when refused).

    The outcome is `skipped`, or the pipeline execution's status in lower case; a failed one says
    why in `failure`. `log` saves reading the decisions once more.
    """
    events = decisions(clients, prefix) if log is None else log
    executions = _executions(clients, prefix)
    answers: dict[Any, Json] = {}
    for event in events:
        if event["detail-type"] in RETRAININGS:  # a request delivered twice is answered twice
            request = event["detail"].get("request_id", event["id"])
            answers.setdefault((event["detail-type"], request), event)
    return [_retrain(event, executions) for event in answers.values()]


def rejections(log: list[Json]) -> list[Json]:
    """Return each history that was refused before training: time, reason, execution_arn."""
    refused = {  # a job that is tried again says so again
        event["detail"]["execution_arn"]: event
        for event in log
        if event["detail-type"] == REJECTED
    }
    return [
        {"time": event["time"], "reason": event["detail"]["reason"], "execution_arn": arn}
        for arn, event in refused.items()
    ]


def _retrain(event: Json, executions: dict[str, Json]) -> Json:
    detail = event["detail"]
    arn = detail.get("execution_arn")
    execution = executions.get(arn, {}) if arn else {}
    if event["detail-type"] == "Retraining Skipped":
        outcome = "skipped"
    else:
        outcome = str(execution.get("PipelineExecutionStatus", "started")).lower()
    return {
        "time": event["time"],
        "reason": detail.get("reason"),
        "outcome": outcome,
        "execution_arn": arn if outcome != "skipped" else None,
        "failure": execution.get("PipelineExecutionFailureReason"),
    }


def _executions(clients: Clients, prefix: str) -> dict[str, Json]:
    try:
        found: list[dict[str, Any]] = list(
            pages(
                clients("sagemaker"),
                "list_pipeline_executions",
                "PipelineExecutionSummaries",
                PipelineName=f"{prefix}-training",
            )
        )
    except ClientError as error:
        if absent(error):
            return {}
        raise
    return {execution["PipelineExecutionArn"]: execution for execution in found}
