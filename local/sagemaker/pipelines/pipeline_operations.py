"""Operations on pipelines: create, update, describe, delete."""

import json
from dataclasses import dataclass, field

from local import runtime
from local.sagemaker import s3_files, store, tags
from local.sagemaker.api import ApiError, Json, operation
from local.sagemaker.pipelines.definition import Definition, DefinitionError, parse
from local.sagemaker.pipelines.execution import Execution

UPDATABLE = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")


@dataclass(slots=True)
class Pipeline:
    """A pipeline, its executions (oldest first) and the request tokens that started them."""

    record: Json
    definition: Definition
    executions: dict[str, Execution] = field(default_factory=dict)  # by ARN
    tokens: dict[str, tuple[Json, Execution]] = field(default_factory=dict)


pipelines: store.Store[Pipeline] = store.Store(
    "pipeline",
    missing="Pipeline '{arn}' does not exist.",
    taken="Pipeline names must be unique within an AWS account and region. "
    "Pipeline with name ({name}) already exists.",
    missing_code="ResourceNotFound",
    missing_status=404,
    normalize=str.lower,  # ARNs of pipelines are in lower case
)


@operation("CreatePipeline")
def create(body: Json) -> Json:
    """Create a pipeline from a valid definition."""
    name = body["PipelineName"]
    pipelines.require_free(name)
    arn, text, now = pipelines.arn(name), _definition_text(body), runtime.clock.now()
    record = {"PipelineDisplayName": name} | store.pick(body, UPDATABLE)
    record |= {
        "PipelineArn": arn,
        "PipelineName": name,
        "PipelineDefinition": text,
        "PipelineStatus": "Active",
        "CreationTime": now,
        "LastModifiedTime": now,
        "CreatedBy": {},
        "LastModifiedBy": {},
    }
    pipelines.add(name, Pipeline(record, _parse(text)))
    tags.store(arn, body)
    return {"PipelineArn": arn}


@operation("UpdatePipeline")
def update(body: Json) -> Json:
    """Update a pipeline; running executions continue with their definition."""
    pipeline = pipelines.get(body["PipelineName"])
    changes = store.pick(body, UPDATABLE)
    if "PipelineDefinition" in body or "PipelineDefinitionS3Location" in body:
        changes["PipelineDefinition"] = _definition_text(body)
        pipeline.definition = _parse(changes["PipelineDefinition"])
    pipeline.record.update(changes, LastModifiedTime=runtime.clock.now())
    return {"PipelineArn": pipeline.record["PipelineArn"]}


@operation("DescribePipeline")
def describe(body: Json) -> Json:
    """Describe a pipeline."""
    return pipelines.get(body["PipelineName"]).record


@operation("DeletePipeline")
def delete(body: Json) -> Json:
    """Delete a pipeline and its executions, unless one is running."""
    pipeline = pipelines.get(body["PipelineName"])
    if any(e.status in {"Executing", "Stopping"} for e in pipeline.executions.values()):
        message = "Pipeline with running executions cannot be deleted."
        raise ApiError("ConflictException", message)
    pipelines.remove(body["PipelineName"])
    return {"PipelineArn": pipeline.record["PipelineArn"]}


def _definition_text(body: Json) -> str:
    """Return the definition in the request or in the S3 object that it refers to."""
    if "PipelineDefinition" in body:
        return str(body["PipelineDefinition"])
    if "PipelineDefinitionS3Location" not in body:
        raise ApiError("ValidationException", "A PipelineDefinition is required.")
    location = body["PipelineDefinitionS3Location"]
    uri = f"s3://{location['Bucket']}/{location['ObjectKey']}"
    return json.dumps(json.loads(s3_files.read(uri)))


def _parse(text: str) -> Definition:
    try:
        return parse(text)
    except DefinitionError as error:
        raise ApiError("ValidationException", str(error)) from None
