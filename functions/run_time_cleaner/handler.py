"""Deletes, at `terraform destroy`, what Terraform does not know: it was made by the loop.

Each kind is looked for and deleted until none is left, so an invocation that was cut off is
simply repeated.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import logs, settings
from run_time_cleaner import names

POLL_SECONDS = 5.0
RESERVE_MILLISECONDS = 20_000  # for the error to be reported
# Busy (an endpoint that is being made), in use still, or gone since it was listed: look again.
AGAIN = {"ValidationException", "ConflictException", "ResourceNotFound", "ParameterNotFound"}

Find = Callable[[], Iterator[str]]

ssm = boto3.client("ssm")
sagemaker: Any = boto3.client("sagemaker")


class CleanUpIncompleteError(RuntimeError):
    """Time was too short; the text says what is left, and why. Destroying again goes on."""


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Clean up if Terraform deletes its invocation -> how many of each kind went."""
    if event.get("tf", {}).get("action") != "delete":
        return {}
    # In this order: a running training makes models and packages, an endpoint holds the rest.
    kinds: dict[str, tuple[Find, Callable[[str], object]]] = {
        "trainings": (_running, _stop),
        "endpoints": (_endpoints, lambda name: sagemaker.delete_endpoint(EndpointName=name)),
        "endpoint_configs": (
            _configs,
            lambda name: sagemaker.delete_endpoint_config(EndpointConfigName=name),
        ),
        "models": (_models, lambda name: sagemaker.delete_model(ModelName=name)),
        "packages": (_packages, lambda arn: sagemaker.delete_model_package(ModelPackageName=arn)),
        "approvals": (_approvals, lambda name: ssm.delete_parameter(Name=name)),
    }
    done = {kind: _clean(kind, find, delete, context) for kind, (find, delete) in kinds.items()}
    logs.line("cleaned up", **done)
    return done


def _clean(kind: str, find: Find, delete: Callable[[str], object], context: Any) -> int:
    """Delete until nothing is found -> how much there was."""
    seen: set[str] = set()
    while left := list(find()):
        seen |= set(left)
        refusals = [refusal for one in left if (refusal := _refused(delete, one))]
        if not (left := list(find())):
            break
        if context.get_remaining_time_in_millis() < RESERVE_MILLISECONDS:
            raise CleanUpIncompleteError(f"{kind} left: {', '.join(left)} {' '.join(refusals)}")
        time.sleep(POLL_SECONDS)
    return len(seen)


def _refused(delete: Callable[[str], object], one: str) -> str | None:
    """Delete one -> why that has to be tried again, None if it was taken."""
    try:
        delete(one)
    except ClientError as error:
        if error.response["Error"]["Code"] not in AGAIN:
            raise
        return str(error)
    return None


def _executions() -> Iterator[dict[str, Any]]:
    name = settings.required("PIPELINE_NAME")
    yield from _listed("list_pipeline_executions", PipelineName=name)


def _running() -> Iterator[str]:
    for execution in _executions():
        if execution["PipelineExecutionStatus"] in {"Executing", "Stopping"}:
            yield execution["PipelineExecutionArn"]


def _stop(arn: str) -> None:
    # The token names the execution, so stopping twice is stopping once.
    token = arn.rpartition("/")[2].ljust(32, "0")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)


def _endpoints() -> Iterator[str]:
    prefix = settings.required("PREFIX")
    found = (one["EndpointName"] for one in _listed("list_endpoints", NameContains=prefix))
    return (name for name in found if names.is_endpoint(prefix, name))


def _configs() -> Iterator[str]:
    prefix = settings.required("PREFIX")
    listed = _listed("list_endpoint_configs", NameContains=prefix)
    found = (one["EndpointConfigName"] for one in listed)
    return (name for name in found if names.is_config(prefix, name))


def _models() -> Iterator[str]:
    prefix = settings.required("PREFIX")
    trainings = {one["PipelineExecutionArn"].rpartition("/")[2] for one in _executions()}
    for part in (f"{prefix}-v", "pipelines-"):
        for model in _listed("list_models", NameContains=part):
            if names.is_model(prefix, trainings, model["ModelName"]):
                yield model["ModelName"]


def _packages() -> Iterator[str]:
    group = settings.required("MODEL_PACKAGE_GROUP_NAME")
    for package in _listed("list_model_packages", ModelPackageGroupName=group):
        yield package["ModelPackageArn"]


def _approvals() -> Iterator[str]:
    path = settings.required("PENDING_PATH")
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=path):
        yield from (parameter["Name"] for parameter in page["Parameters"])


def _listed(operation: str, **filters: str) -> Iterator[dict[str, Any]]:
    paginator = sagemaker.get_paginator(operation)
    for page in paginator.paginate(**filters):
        for key in paginator.result_keys:
            yield from page[key.expression]
