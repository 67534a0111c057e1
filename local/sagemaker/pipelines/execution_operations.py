"""Operations on executions of pipelines: start, stop, describe."""

from local import runtime
from local.sagemaker.api import ApiError, Json, operation
from local.sagemaker.pipelines import runner
from local.sagemaker.pipelines.definition import DefinitionError
from local.sagemaker.pipelines.execution import Execution
from local.sagemaker.pipelines.pipeline_operations import Pipeline, pipelines


def find_execution(arn: str) -> Execution:
    """Return an execution by its ARN; raises ApiError."""
    for pipeline in pipelines.all():
        if arn in pipeline.executions:
            return pipeline.executions[arn]
    raise ApiError("ResourceNotFound", f"Pipeline execution '{arn}' does not exist.", 404)


@operation("StartPipelineExecution")
def start(body: Json) -> Json:
    """Start an execution; a repeated request token returns the execution that it started."""
    pipeline = pipelines.get(body["PipelineName"])
    token = body.get("ClientRequestToken")
    request = {key: value for key, value in body.items() if key != "ClientRequestToken"}
    if token in pipeline.tokens:
        earlier, execution = pipeline.tokens[token]
        if earlier != request:
            message = "The ClientRequestToken was already used with other parameters."
            raise ApiError("ConflictException", message)
        return {"PipelineExecutionArn": execution.arn}
    execution = _new_execution(pipeline, body)
    pipeline.executions[execution.arn] = execution
    if token:
        pipeline.tokens[token] = (request, execution)
    pipeline.record["LastRunTime"] = execution.started
    runner.start(execution)
    return {"PipelineExecutionArn": execution.arn}


def _new_execution(pipeline: Pipeline, body: Json) -> Execution:
    arguments = {p["Name"]: p["Value"] for p in body.get("PipelineParameters", [])}
    try:
        values = pipeline.definition.values(arguments)
    except DefinitionError as error:
        raise ApiError("ValidationException", str(error)) from None
    record = pipeline.record
    return Execution(
        pipeline=record["PipelineName"],
        pipeline_arn=record["PipelineArn"],
        role=record["RoleArn"],
        definition=pipeline.definition,
        definition_text=record["PipelineDefinition"],
        values=values,
        display_name=body.get("PipelineExecutionDisplayName"),
        description=body.get("PipelineExecutionDescription"),
        started=runtime.clock.now(),
    )


@operation("StopPipelineExecution")
def stop(body: Json) -> Json:
    """Stop a running execution."""
    execution = find_execution(body["PipelineExecutionArn"])
    if execution.status != "Executing":
        message = f"Pipeline execution with ARN {execution.arn} is already {execution.status}."
        raise ApiError("ConflictException", message)
    runner.stop(execution)
    return {"PipelineExecutionArn": execution.arn}


@operation("DescribePipelineExecution")
def describe(body: Json) -> Json:
    """Describe an execution."""
    execution = find_execution(body["PipelineExecutionArn"])
    response: Json = {
        "PipelineArn": execution.pipeline_arn,
        "PipelineExecutionArn": execution.arn,
        "PipelineExecutionDisplayName": execution.display_name,
        "PipelineExecutionStatus": execution.status,
        "PipelineExecutionDescription": execution.description,
        "FailureReason": execution.failure,
        "CreationTime": execution.started,
        "LastModifiedTime": execution.modified,
        "CreatedBy": {},
        "LastModifiedBy": {},
    }
    return {name: value for name, value in response.items() if value is not None}


@operation("DescribePipelineDefinitionForExecution")
def describe_definition(body: Json) -> Json:
    """Describe the definition that an execution was started with."""
    execution = find_execution(body["PipelineExecutionArn"])
    return {
        "PipelineDefinition": execution.definition_text,
        "CreationTime": execution.started,
    }
