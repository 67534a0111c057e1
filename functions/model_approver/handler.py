"""A version that waits for approval -> approved at once, if the policy says so."""

from typing import Any

import boto3

from common import logs, policies

DESCRIPTION = "approved by the policy: automatic"

ssm = boto3.client("ssm")
sagemaker = boto3.client("sagemaker")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Approve the version of the event -> its status; a decision already made stays."""
    arn = event["detail"]["ModelPackageArn"]
    status = sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"]
    if status == "PendingManualApproval" and policies.is_automatic(ssm):
        status = "Approved"
        sagemaker.update_model_package(
            ModelPackageArn=arn, ModelApprovalStatus=status, ApprovalDescription=DESCRIPTION
        )
    logs.line("model package seen", package_arn=arn, status=status)
    return {"status": status}
