"""Lists of pipelines, of their executions, and of an execution's steps and parameters."""

from typing import Any

from local.sagemaker.api import Json, operation
from local.sagemaker.pipelines.execution import Execution, StepState
from local.sagemaker.pipelines.execution_operations import find_execution
from local.sagemaker.pipelines.pipeline_operations import pipelines
from local.sagemaker.store import paginate, pick

PIPELINE_FIELDS = (
    "PipelineArn",
    "PipelineName",
    "PipelineDisplayName",
    "PipelineDescription",
    "RoleArn",
    "CreationTime",
    "LastModifiedTime",
    "LastExecutionTime",
)


@operation("ListPipelines")
def list_pipelines(body: Json) -> Json:
    """List pipelines, newest first."""
    records = [pipeline.record for pipeline in pipelines.all()]
    found = [
        pick({**record, "LastExecutionTime": record.get("LastRunTime")}, PIPELINE_FIELDS)
        for record in records
        if record["PipelineName"].startswith(body.get("PipelineNamePrefix", ""))
    ]
    return paginate("PipelineSummaries", found, body, name="PipelineName")


@operation("ListPipelineExecutions")
def list_executions(body: Json) -> Json:
    """List the executions of a pipeline, newest first."""
    executions = pipelines.get(body["PipelineName"]).executions.values()
    return paginate(
        "PipelineExecutionSummaries",
        [_execution_summary(execution) for execution in executions],
        body,
        name="PipelineExecutionArn",
        time="StartTime",
    )


@operation("ListPipelineExecutionSteps")
def list_steps(body: Json) -> Json:
    """List the steps that have started, newest first."""
    steps = find_execution(body["PipelineExecutionArn"]).steps.values()
    found = [_step_summary(state) for state in steps]
    return paginate("PipelineExecutionSteps", found, body, name="StepName", time="StartTime")


@operation("ListPipelineParametersForExecution")
def list_parameters(body: Json) -> Json:
    """List the parameters of an execution with their values, defaults included."""
    execution = find_execution(body["PipelineExecutionArn"])
    found = [{"Name": name, "Value": str(value)} for name, value in execution.values.items()]
    return paginate("PipelineParameters", found, {**body, "SortOrder": "Ascending"}, name=None)


def _execution_summary(execution: Execution) -> Json:
    return _without_none(
        PipelineExecutionArn=execution.arn,
        StartTime=execution.started,
        PipelineExecutionStatus=execution.status,
        PipelineExecutionDescription=execution.description,
        PipelineExecutionDisplayName=execution.display_name,
        PipelineExecutionFailureReason=execution.failure,
    )


def _step_summary(state: StepState) -> Json:
    return _without_none(
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


def _without_none(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
