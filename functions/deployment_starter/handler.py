"""An approval -> the deployment of that version, once."""

import hashlib
import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import logs, settings

states = boto3.client("stepfunctions")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Start the deployment -> its name, or why there is nothing to start."""
    detail = event["detail"]
    arn = detail["ModelPackageArn"]
    # Any other change of an approved version says "Approved" again.
    changed = detail.get("UpdatedModelPackageFields")
    if changed and "ModelApprovalStatus" not in changed:
        logs.line("nothing to deploy", package_arn=arn, changed=changed)
        return {"status": "Ignored"}
    name = execution_name(detail, event["time"])
    value = {"package_arn": arn, "version": int(arn.rpartition("/")[2]), "time": event["time"]}
    status = "Started"
    try:
        states.start_execution(
            stateMachineArn=settings.required("STATE_MACHINE_ARN"),
            name=name,
            input=json.dumps(value),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
        status = "AlreadyStarted"
    logs.line("deployment requested", package_arn=arn, execution=name, status=status)
    return {"status": status, "execution": name}


def execution_name(detail: dict[str, Any], time: str) -> str:
    """Name the execution after version and moment of approval: a redelivery is the same."""
    arn = detail["ModelPackageArn"]
    approval = f"{arn} {detail.get('LastModifiedTime', time)}"
    digest = hashlib.sha256(approval.encode()).hexdigest()[:8]
    return f"model-{arn.rpartition('/')[2]}-{digest}"
