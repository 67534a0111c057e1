"""Deletes, at `terraform destroy`, what Terraform does not know: it was made by the loop.

Every deletion is safe to repeat; an invocation that was cut off goes on where it stopped.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import logs, settings

POLL_SECONDS = 5.0
GONE = {"ValidationException", "ResourceNotFound", "ParameterNotFound", "ConflictException"}

ssm = boto3.client("ssm")
sagemaker: Any = boto3.client("sagemaker")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Clean up if Terraform deletes its invocation -> how many of each kind went."""
    if event.get("tf", {}).get("action") != "delete":
        return {}
    prefix = f"{settings.required('PREFIX')}-"
    done = {
        "trainings": _stop_trainings(),
        "endpoints": _delete_endpoints(prefix),
        "endpoint_configs": _delete(
            _named("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName", prefix),
            lambda name: sagemaker.delete_endpoint_config(EndpointConfigName=name),
        ),
        "models": _delete(_models(prefix), lambda name: sagemaker.delete_model(ModelName=name)),
        "packages": _delete(
            _packages(), lambda arn: sagemaker.delete_model_package(ModelPackageName=arn)
        ),
        "approvals": _delete(_approvals(), lambda name: ssm.delete_parameter(Name=name)),
    }
    logs.line("cleaned up", **done)
    return done


def _executions() -> Iterator[dict[str, Any]]:
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=settings.required("PIPELINE_NAME")
    )
    for page in pages:
        yield from map(dict, page["PipelineExecutionSummaries"])


def _stop_trainings() -> int:
    stopped = 0
    for execution in _executions():
        if execution["PipelineExecutionStatus"] == "Executing":
            arn = execution["PipelineExecutionArn"]
            # The token names the execution, so stopping twice is stopping once.
            token = arn.rpartition("/")[2].ljust(32, "0")
            sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)
            stopped += 1
    return stopped


def _delete_endpoints(prefix: str) -> int:
    """Delete the endpoints and wait until they are gone: they hold their configurations."""
    names = list(_named("list_endpoints", "Endpoints", "EndpointName", prefix))
    deleted = _delete(names, lambda name: sagemaker.delete_endpoint(EndpointName=name))
    while any(True for _ in _named("list_endpoints", "Endpoints", "EndpointName", prefix)):
        time.sleep(POLL_SECONDS)
    return deleted


def _models(prefix: str) -> Iterator[str]:
    """Yield the models of the loop: its own, and those that its trainings made to backtest."""
    yield from _named("list_models", "Models", "ModelName", prefix)
    for execution in _executions():
        name = f"pipelines-{execution['PipelineExecutionArn'].rpartition('/')[2]}-"
        yield from _named("list_models", "Models", "ModelName", name)


def _packages() -> Iterator[str]:
    group = settings.required("MODEL_PACKAGE_GROUP_NAME")
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            yield summary["ModelPackageArn"]


def _approvals() -> Iterator[str]:
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=settings.required("PENDING_PATH")
    )
    for page in pages:
        for parameter in page["Parameters"]:
            yield parameter["Name"]


def _named(operation: str, key: str, field: str, prefix: str) -> Iterator[str]:
    """Yield the names that begin with the prefix (the API's filter finds it anywhere)."""
    for page in sagemaker.get_paginator(operation).paginate(NameContains=prefix):
        for item in page[key]:
            if item[field].startswith(prefix):
                yield item[field]


def _delete(names: Any, delete: Callable[[str], object]) -> int:
    """Delete each; what is gone already is not counted."""
    count = 0
    for name in list(names):
        try:
            delete(name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
        else:
            count += 1
    return count
