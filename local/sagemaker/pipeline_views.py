"""What the API shows of pipelines' executions and their steps."""

from typing import Any

from local.sagemaker import state
from local.sagemaker.pipeline_execution import Execution, StepState

Json = dict[str, Any]


def described(execution: Execution) -> Json:
    """DescribePipelineExecution."""
    return known(
        PipelineArn=execution.pipeline_arn,
        PipelineExecutionArn=execution.arn,
        PipelineExecutionDisplayName=execution.display_name,
        PipelineExecutionStatus=execution.status,
        PipelineExecutionDescription=execution.description,
        FailureReason=execution.failure,
        CreationTime=execution.started,
        LastModifiedTime=execution.modified,
        CreatedBy={},
        LastModifiedBy={},
    )


def summary(execution: Execution) -> Json:
    """An element of ListPipelineExecutions."""
    return known(
        PipelineExecutionArn=execution.arn,
        StartTime=execution.started,
        PipelineExecutionStatus=execution.status,
        PipelineExecutionDescription=execution.description,
        PipelineExecutionDisplayName=execution.display_name,
        PipelineExecutionFailureReason=execution.failure,
    )


def step(state: StepState) -> Json:
    """An element of ListPipelineExecutionSteps."""
    return known(
        StepName=state.name,
        StepDisplayName=state.step.body.get("DisplayName"),
        StepDescription=state.step.body.get("Description"),
        StartTime=state.started,
        EndTime=state.ended,
        StepStatus=state.status or "Starting",
        FailureReason=state.failure,
        Metadata=state.metadata,
        AttemptCount=1,
    )


def pipeline_arn(name: str) -> str:
    """Return the ARN of a pipeline, whose name is in lower case in it."""
    return state.arn("pipeline", name.lower())


def known(**fields: Any) -> Json:
    """Leave out what is None: the API has no nulls."""
    return {name: value for name, value in fields.items() if value is not None}
