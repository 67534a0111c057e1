"""Whether another workflow can replace one: not while a training runs."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from common.errors import bad_value
from common.training_workflow.workflow import open_workflow

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

# Codes of SageMaker and Step Functions for a workflow that does not exist.
ABSENT = {"ResourceNotFound", "ResourceNotFoundException", "StateMachineDoesNotExist"}


class TrainingRunningError(RuntimeError):
    """Another workflow cannot replace this one: a training runs; apply again when it has ended."""


def check(arn: str, sagemaker: "SageMakerClient", states: "SFNClient") -> None:
    """Raise TrainingRunningError if a training of the workflow runs."""
    workflow = open_workflow(arn, sagemaker, states)
    try:
        running = [execution.arn for execution in workflow.listed() if execution.running]
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return
        raise
    if running:
        wanted = "no running training: apply again when it has ended, or stop it"
        raise TrainingRunningError(bad_value("training.workflow", ", ".join(running), wanted))
