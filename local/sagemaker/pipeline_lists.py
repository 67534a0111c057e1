"""The lists of pipelines, their executions, and an execution's steps and parameters."""

from typing import Any

from local.sagemaker import pipeline_views
from local.sagemaker.api import operation
from local.sagemaker.pipeline_executions import execution_of
from local.sagemaker.pipelines import find, pipelines
from local.sagemaker.state import page

Json = dict[str, Any]
FIELDS = (
    "PipelineArn",
    "PipelineName",
    "PipelineDisplayName",
    "PipelineDescription",
    "RoleArn",
    "CreationTime",
    "LastModifiedTime",
)


@operation("ListPipelines")
def list_pipelines(body: Json) -> Json:
    """List pipelines, the newest first."""
    found = [
        {key: pipeline.described[key] for key in FIELDS if key in pipeline.described}
        | pipeline_views.known(LastExecutionTime=pipeline.described.get("LastRunTime"))
        for name, pipeline in pipelines.items()
        if name.startswith(body.get("PipelineNamePrefix", ""))
    ]
    return page("PipelineSummaries", found, body, name="PipelineName")


@operation("ListPipelineExecutions")
def list_executions(body: Json) -> Json:
    """List a pipeline's executions, the newest first."""
    executions = find(body["PipelineName"]).executions.values()
    found = [pipeline_views.summary(execution) for execution in executions]
    return page(
        "PipelineExecutionSummaries", found, body, name="PipelineExecutionArn", time="StartTime"
    )


@operation("ListPipelineExecutionSteps")
def list_steps(body: Json) -> Json:
    """List the steps that have started, the newest first; steps not reached are not in it."""
    execution = execution_of(body["PipelineExecutionArn"])
    with execution.changed:
        found = [pipeline_views.step(state) for state in execution.steps.values()]
    return page("PipelineExecutionSteps", found, body, name="StepName", time="StartTime")


@operation("ListPipelineParametersForExecution")
def list_parameters(body: Json) -> Json:
    """List every parameter's value in an execution, given or by default."""
    execution = execution_of(body["PipelineExecutionArn"])
    found = [{"Name": name, "Value": str(value)} for name, value in execution.values.items()]
    return page("PipelineParameters", found, {**body, "SortOrder": "Ascending"}, name=None)
