"""SageMaker: jobs, models and endpoints as processes; pipelines, registry and feature store."""

from local.http_messages import Request, Response
from local.sagemaker import api, tags
from local.sagemaker.feature_store import feature_groups, record_operations
from local.sagemaker.hosting import endpoint_configs, endpoints, invocations, models
from local.sagemaker.jobs import (
    processing_jobs,
    training_jobs,
    transform_jobs,
    tuning_jobs,
)
from local.sagemaker.pipelines import execution_operations, lists, pipeline_operations
from local.sagemaker.registry import group_policies, package_groups, packages

# Importing a module registers its operations.
OPERATIONS = (
    endpoint_configs,
    endpoints,
    execution_operations,
    feature_groups,
    group_policies,
    lists,
    models,
    package_groups,
    packages,
    pipeline_operations,
    processing_jobs,
    tags,
    training_jobs,
    transform_jobs,
    tuning_jobs,
)


def handle(request: Request) -> Response:
    """Handle a request to the control plane or to one of the runtime APIs."""
    if "x-amz-target" in request.headers:
        return api.handle(request)
    if found := invocations.PATH.fullmatch(request.path):
        return invocations.handle(request, found[1])
    return record_operations.handle(request)
