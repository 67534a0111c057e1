"""The stores of all services: what is saved, and how it is put back into a new process."""

from typing import Any

from local import ministack
from local.autoscaling import targets
from local.codedeploy import deployments, groups
from local.events import firehose
from local.iam import principals
from local.lambda_ import async_invocations
from local.sagemaker import (
    service,  # noqa: F401 - registers the operations that endpoints and steps call
    tags,
)
from local.sagemaker.feature_store import feature_groups
from local.sagemaker.hosting import endpoint_configs, endpoints, models
from local.sagemaker.jobs import (
    processing_jobs,
    training_jobs,
    transform_jobs,
    tuning_jobs,
)
from local.sagemaker.pipelines import pipeline_operations
from local.sagemaker.registry import package_groups

KINDS = {
    module.KIND.stem: module.KIND
    for module in (processing_jobs, training_jobs, transform_jobs, tuning_jobs)
}
# Plain dictionaries by name; they are refilled in place, because other modules have them too.
OWN: dict[str, dict[Any, Any]] = {
    "autoscaling": targets.targets,
    "async invocations": async_invocations.pending,
    "codedeploy applications": groups.applications,
    "codedeploy deployments": deployments.deployments,
    "codedeploy tags": groups.tags,
    "callers": principals.callers,
    "endpoint configurations": endpoint_configs.configs.items,
    "endpoints": endpoints.endpoints.items,
    "feature groups": feature_groups.groups.items,
    "firehose": firehose.buffers,
    "models": models.models.items,
    "package groups": package_groups.groups.items,
    "policies of package groups": package_groups.policies,
    "pipelines": pipeline_operations.pipelines.items,
    "sessions": ministack.sts_sessions,
    "tags": tags.tags,
    **{stem: kind.store.items for stem, kind in KINDS.items()},
}


def collect() -> dict[str, Any]:
    """Return everything that is saved; the containers are those in use."""
    return {"own": OWN, "ministack": ministack.stores()}


def restore(state: dict[str, Any]) -> None:
    """Fill the empty stores of a new process."""
    for name, items in state["own"].items():
        OWN[name].update(items)
    ministack.restore(state["ministack"])
