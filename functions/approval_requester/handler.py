"""Step Functions waits here: the policy answers at once, or the task token waits for a person."""

import json
from typing import Any

import boto3

from common import decisions, logs, policies, settings, times

ssm = boto3.client("ssm")
states = boto3.client("stepfunctions")
events = boto3.client("events")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer or store the token of a waiting deployment -> which of both."""
    if policies.is_automatic(ssm):
        _approve(event)
        return {"status": "Approved"}
    name = f"{settings.required('PENDING_PATH')}/{event['stage']}-{event['version']}"
    pending = {
        "task_token": event["task_token"],
        "package_arn": event["package_arn"],
        "requested_at": event["time"],
    }
    # A retried request has a token of its own, and only the newest one counts.
    ssm.put_parameter(Name=name, Value=json.dumps(pending), Type="SecureString", Overwrite=True)
    decisions.record(
        events,
        "Approval Requested",
        times.parse(event["time"]),
        stage=event["stage"],
        package_arn=event["package_arn"],
        package_version=event["version"],
    )
    logs.line("approval requested", package_arn=event["package_arn"], parameter=name)
    return {"status": "Pending"}


def _approve(event: dict[str, Any]) -> None:
    """Answer the token; one that is answered already, as in a redelivery, stays as it is."""
    arn = event["package_arn"]
    try:
        states.send_task_success(
            taskToken=event["task_token"], output=json.dumps({"by": "policy"})
        )
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist):
        logs.line("already answered", package_arn=arn)
    else:
        logs.line("approved by policy", package_arn=arn)
