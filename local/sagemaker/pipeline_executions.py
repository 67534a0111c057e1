"""The operations on executions of pipelines: start, stop, look."""

from typing import Any

from local import runtime
from local.sagemaker import pipeline_runner, pipeline_views
from local.sagemaker.api import ApiError, operation
from local.sagemaker.pipeline_definition import DefinitionError
from local.sagemaker.pipeline_execution import Execution
from local.sagemaker.pipelines import Pipeline, find, pipelines

Json = dict[str, Any]


def execution_of(arn: str) -> Execution:
    """Return an execution by its ARN; raises ApiError."""
    for pipeline in pipelines.values():
        if arn in pipeline.executions:
            return pipeline.executions[arn]
    raise ApiError("ResourceNotFound", f"Pipeline execution '{arn}' does not exist.", 404)


@operation("StartPipelineExecution")
def start(body: Json) -> Json:
    """Start an execution; the same request token starts no second one."""
    pipeline = find(body["PipelineName"])
    token = body.get("ClientRequestToken")
    asked = {key: value for key, value in body.items() if key != "ClientRequestToken"}
    with pipeline.starting:
        if token in pipeline.tokens:
            before, execution = pipeline.tokens[token]
            if before != asked:
                message = "The ClientRequestToken was used with other parameters before."
                raise ApiError("ConflictException", message)
            return {"PipelineExecutionArn": execution.arn}
        execution = _made(pipeline, body)
        pipeline.executions[execution.arn] = execution
        if token:
            pipeline.tokens[token] = (asked, execution)
        pipeline.described["LastRunTime"] = execution.started
    pipeline_runner.start(execution)
    return {"PipelineExecutionArn": execution.arn}


def _made(pipeline: Pipeline, body: Json) -> Execution:
    given = {p["Name"]: p["Value"] for p in body.get("PipelineParameters", [])}
    try:
        values = pipeline.definition.values(given)
    except DefinitionError as error:
        raise ApiError("ValidationException", str(error)) from None
    described = pipeline.described
    return Execution(
        pipeline=described["PipelineName"],
        pipeline_arn=described["PipelineArn"],
        role=described["RoleArn"],
        definition=pipeline.definition,
        text=described["PipelineDefinition"],
        given=given,
        values=values,
        display_name=body.get("PipelineExecutionDisplayName"),
        description=body.get("PipelineExecutionDescription"),
        started=runtime.clock.now(),
    )


@operation("StopPipelineExecution")
def stop(body: Json) -> Json:
    """Ask a running execution to stop."""
    execution = execution_of(body["PipelineExecutionArn"])
    if execution.status != "Executing":
        message = f"Pipeline execution with ARN {execution.arn} is already {execution.status}."
        raise ApiError("ConflictException", message)
    pipeline_runner.stop(execution)
    return {"PipelineExecutionArn": execution.arn}


@operation("DescribePipelineExecution")
def describe(body: Json) -> Json:
    """Show an execution."""
    return pipeline_views.described(execution_of(body["PipelineExecutionArn"]))


@operation("DescribePipelineDefinitionForExecution")
def describe_definition(body: Json) -> Json:
    """Show the definition an execution was started with."""
    execution = execution_of(body["PipelineExecutionArn"])
    return {"PipelineDefinition": execution.text, "CreationTime": execution.started}
