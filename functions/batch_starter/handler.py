"""Upload, schedule or command -> one run of the batch pipeline with the latest approved model.

The end of a run that failed or was stopped -> the decision event `Batch Failed`, which is mailed.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from botocore.exceptions import ClientError

from batch_starter import ended_run
from batch_starter.batch_events import BatchEvent, Command, Request, RunEnded, Schedule, Upload
from common import batch_files, decisions, model_packages, times
from common.batch_files import INPUT
from common.batch_request import BatchRequest, InputFile
from common.config import Settings
from common.observability import logger
from common.training_workflow.pipeline import Pipeline

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MAX_FILES = 1000  # of one run
REQUEST_KEY = "RequestKey"  # parameter of the pipeline
events = boto3.client("events")
s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")


class NoApprovedModelError(RuntimeError):
    """No version is approved yet; the event is delivered again, then kept as a dead letter."""


class TooManyFilesError(ValueError):
    """A folder has more files than one run scores."""


class Config(Settings):
    """Settings of the function."""

    bucket: str
    event_bus_name: str
    model_package_group_name: str
    pipeline_name: str


@logger.inject_lambda_context
@event_parser(model=BatchEvent)
def lambda_handler(event: BatchEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Start a run, or record why one failed; return its id, its files and what was done."""
    config = Config.from_env()
    if isinstance(event, RunEnded):
        return _report(config, event)
    files = _files(config, event)
    if not files:
        return _result(None, files, "no files to score")
    request = BatchRequest(run_id=batch_files.run_id(event.identity), files=files)
    package_arn = _latest_approved(config.model_package_group_name)
    _keep(config.bucket, request)
    return _result(request.run_id, files, _start(config, event, request, package_arn))


def _keep(bucket: str, request: BatchRequest) -> None:
    """Write the request of a run; that of an earlier delivery stays, because it is being used."""
    key, body = batch_files.request_key(request.run_id), request.model_dump_json().encode()
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise


def _files(config: Config, event: Request) -> tuple[InputFile, ...]:
    if isinstance(event, Upload):
        found = event.detail.object
        if found.key.endswith("/"):  # a folder that a console made
            return ()
        return (InputFile(key=found.key, version_id=found.version_id),)
    prefix = event.prefix if isinstance(event, Command) else INPUT
    if not prefix.startswith(INPUT):
        raise ValueError(f"prefix: got {prefix!r}, expected one that begins with {INPUT}")
    files = tuple(_below(config.bucket, prefix))
    if isinstance(event, Schedule):
        files = tuple(file for file in files if not _is_scored(config.bucket, file))
    if len(files) > MAX_FILES:
        raise TooManyFilesError(f"{prefix}: got {len(files)} files, expected at most {MAX_FILES}")
    return files


def _below(bucket: str, prefix: str) -> Iterator[InputFile]:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for item in page.get("Versions", []):
            if item["IsLatest"] and not item["Key"].endswith("/"):
                version = item["VersionId"]
                known = None if version == "null" else version
                yield InputFile(key=item["Key"], version_id=known)


def _is_scored(bucket: str, file: InputFile) -> bool:
    """Return whether this version of the file has results."""
    key = batch_files.manifest_key(file.name)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return False
        raise
    return bool(json.loads(body)["input"]["version_id"] == file.version_id)


def _latest_approved(group: str) -> str:
    listed = sagemaker.list_model_packages(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=1,
    )["ModelPackageSummaryList"]
    if not listed:
        raise NoApprovedModelError(f"{group}: got no approved version, expected one")
    return listed[0]["ModelPackageArn"]


def _start(config: Config, event: Request, request: BatchRequest, package_arn: str) -> str:
    """Start the run of the request once; return what happened."""
    version = model_packages.version(package_arn)
    parameters = {
        "ModelPackageArn": package_arn,
        REQUEST_KEY: batch_files.request_key(request.run_id),
        "StartTime": times.iso(event.time),
    }
    try:
        sagemaker.start_pipeline_execution(
            PipelineName=config.pipeline_name,
            PipelineExecutionDisplayName=f"batch-{request.run_id[:12]}",
            PipelineExecutionDescription=f"{len(request.files)} files with model {version}",
            PipelineParameters=[{"Name": n, "Value": v} for n, v in parameters.items()],
            ClientRequestToken=request.run_id,
        )
    except sagemaker.exceptions.ConflictException:
        # Delivered before, with the version that was the latest one then.
        return "the run was started before"
    return f"started with model {version}"


def _report(config: Config, event: RunEnded) -> dict[str, Any]:
    """Record why a run did not succeed; a repeated event records the same again."""
    pipeline, arn = Pipeline(sagemaker, event.detail.pipeline_arn), event.detail.execution_arn
    request = _request(config.bucket, pipeline.parameters(arn).get(REQUEST_KEY))
    detail = ended_run.detail(event, request, pipeline.failure(arn))
    decisions.record(events, config.event_bus_name, decisions.BATCH_FAILED, event.time, **detail)
    logger.info("batch run did not succeed", time=times.iso(event.time), extra=detail)
    return {"run_id": detail["run_id"], "files": detail["file_names"], "outcome": detail["reason"]}


def _request(bucket: str, key: str | None) -> BatchRequest | None:
    """Return the request of a run, None if it was started by hand without one."""
    if key is None:
        return None
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    return BatchRequest.model_validate_json(body)


def _result(run: str | None, files: tuple[InputFile, ...], outcome: str) -> dict[str, Any]:
    keys = [file.key for file in files]
    logger.info("batch scoring requested", run_id=run, files=len(keys), outcome=outcome)
    return {"run_id": run, "files": keys, "outcome": outcome}
