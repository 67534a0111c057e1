"""SageMaker: jobs, models and endpoints as processes; pipelines, registry and feature store."""

from local.http import Request, Response
from local.sagemaker import (  # noqa: F401 - each registers its operations
    api,
    endpoint_configs,
    endpoints,
    feature_groups,
    feature_store,
    invocations,
    models,
    package_groups,
    package_lists,
    packages,
    pipeline_executions,
    pipeline_lists,
    pipelines,
    processing_jobs,
    tags,
    training_jobs,
    transform_jobs,
)


def handle(request: Request) -> Response:
    """Answer a request to the control plane or to one of the runtime APIs."""
    if "x-amz-target" in request.headers:
        return api.handle(request)
    if found := invocations.PATH.fullmatch(request.path):
        return invocations.handle(request, found[1])
    return feature_store.handle(request)
