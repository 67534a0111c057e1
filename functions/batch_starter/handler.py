"""Upload, schedule or command -> one run of the batch pipeline with the latest approved model.

The end of a run that failed or was stopped -> the decision event `Batch Failed`, which is mailed.
"""

from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.parser import event_parser

from batch_starter import ended_run
from batch_starter.batch_events import BatchEvent, Request, RunEnded
from batch_starter.input_files import InputFiles
from batch_starter.stored_requests import StoredRequests
from common import batch_files, decisions, model_packages, times
from common.batch_request import BatchRequest, InputFile
from common.config import Settings
from common.observability import logger
from common.training_workflow.pipeline import Pipeline

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

REQUEST_KEY = "RequestKey"  # parameter of the pipeline
events = boto3.client("events")
s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")


class NoApprovedModelError(RuntimeError):
    """No version is approved yet; the event is delivered again, then kept as a dead letter."""


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
    files = InputFiles(s3, config.bucket).of(event)
    if not files:
        return _result(None, files, "no files to score")
    request = BatchRequest(run_id=batch_files.run_id(event.identity), files=files)
    package_arn = _latest_approved(config.model_package_group_name)
    StoredRequests(s3, config.bucket).keep(request)
    return _result(request.run_id, files, _start(config, event, request, package_arn))


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
    request = StoredRequests(s3, config.bucket).find(pipeline.parameters(arn).get(REQUEST_KEY))
    detail = ended_run.detail(event, request, pipeline.failure(arn))
    decisions.record(events, config.event_bus_name, decisions.BATCH_FAILED, event.time, **detail)
    logger.info("batch run did not succeed", time=times.iso(event.time), extra=detail)
    return {"run_id": detail["run_id"], "files": detail["file_names"], "outcome": detail["reason"]}


def _result(run: str | None, files: tuple[InputFile, ...], outcome: str) -> dict[str, Any]:
    keys = [file.key for file in files]
    logger.info("batch scoring requested", run_id=run, files=len(keys), outcome=outcome)
    return {"run_id": run, "files": keys, "outcome": outcome}
