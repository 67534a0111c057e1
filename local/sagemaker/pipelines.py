"""Pipelines: their definitions, kept and checked."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from local import runtime
from local.sagemaker import tags
from local.sagemaker.api import ApiError, operation
from local.sagemaker.pipeline_definition import Definition, DefinitionError, parse
from local.sagemaker.pipeline_execution import Execution
from local.sagemaker.pipeline_views import pipeline_arn

Json = dict[str, Any]


@dataclass(slots=True)
class Pipeline:
    """A pipeline with its executions, oldest first, and the tokens that started them."""

    described: Json
    definition: Definition
    executions: dict[str, Execution] = field(default_factory=dict)
    tokens: dict[str, tuple[Json, Execution]] = field(default_factory=dict)
    starting: threading.Lock = field(default_factory=threading.Lock)


pipelines: dict[str, Pipeline] = {}


def find(name: str) -> Pipeline:
    """Return a pipeline by name or ARN; raises ApiError."""
    short = name.rpartition("/")[2]
    for pipeline in pipelines.values():
        if pipeline.described["PipelineName"].lower() == short.lower():
            return pipeline
    raise ApiError("ResourceNotFound", f"Pipeline '{pipeline_arn(short)}' does not exist.", 404)


@operation("CreatePipeline")
def create(body: Json) -> Json:
    """Make a pipeline from a valid definition."""
    name = body["PipelineName"]
    if name in pipelines:
        message = (
            "Pipeline names must be unique within an AWS account and region. "
            f"Pipeline with name ({name}) already exists."
        )
        raise ApiError("ValidationException", message)
    text, now = _text(body), runtime.clock.now()
    described = _changes(body) | {
        "PipelineArn": pipeline_arn(name),
        "PipelineName": name,
        "PipelineDefinition": text,
        "PipelineStatus": "Active",
        "CreationTime": now,
        "LastModifiedTime": now,
        "CreatedBy": {},
        "LastModifiedBy": {},
    }
    described.setdefault("PipelineDisplayName", name)
    pipelines[name] = Pipeline(described, _parsed(text))
    tags.keep(pipeline_arn(name), body)
    return {"PipelineArn": pipeline_arn(name)}


@operation("UpdatePipeline")
def update(body: Json) -> Json:
    """Change a pipeline; executions that run keep the definition they started with."""
    pipeline = find(body["PipelineName"])
    changes = _changes(body)
    if "PipelineDefinition" in body or "PipelineDefinitionS3Location" in body:
        changes["PipelineDefinition"] = _text(body)
        pipeline.definition = _parsed(changes["PipelineDefinition"])
    pipeline.described.update(changes, LastModifiedTime=runtime.clock.now())
    return {"PipelineArn": pipeline.described["PipelineArn"]}


@operation("DescribePipeline")
def describe(body: Json) -> Json:
    """Show a pipeline."""
    return find(body["PipelineName"]).described


@operation("DeletePipeline")
def delete(body: Json) -> Json:
    """Remove a pipeline and what is known of its executions, unless one runs."""
    pipeline = find(body["PipelineName"])
    if any(e.status in {"Executing", "Stopping"} for e in pipeline.executions.values()):
        message = "Pipeline with running executions cannot be deleted."
        raise ApiError("ConflictException", message)
    del pipelines[pipeline.described["PipelineName"]]
    return {"PipelineArn": pipeline.described["PipelineArn"]}


def _changes(body: Json) -> Json:
    names = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")
    return {name: body[name] for name in names if name in body}


def _text(body: Json) -> str:
    """Return the definition, given in the request or as an object in S3."""
    if "PipelineDefinition" in body:
        return str(body["PipelineDefinition"])
    if "PipelineDefinitionS3Location" not in body:
        raise ApiError("ValidationException", "A PipelineDefinition is required.")
    place = body["PipelineDefinitionS3Location"]
    answer = runtime.client("s3").get_object(Bucket=place["Bucket"], Key=place["ObjectKey"])
    return str(json.dumps(json.load(answer["Body"])))


def _parsed(text: str) -> Definition:
    try:
        return parse(text)
    except DefinitionError as error:
        raise ApiError("ValidationException", str(error)) from None
