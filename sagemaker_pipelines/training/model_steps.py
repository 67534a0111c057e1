"""Steps that create a SageMaker model and register it in the model registry."""

from collections.abc import Mapping, Sequence
from typing import Any

from sagemaker_pipelines.dsl import Expression, Join, Step
from sagemaker_pipelines.training import parameters as p
from sagemaker_pipelines.training.job_steps import STEP_RETRIES

_CONTENT_TYPES = ("application/json", "application/jsonlines")


def file(uri: Expression, name: str) -> dict[str, Any]:
    """Return the reference to a JSON file in the form of the model registry."""
    return {"ContentType": "application/json", "S3Uri": Join("/", (uri, name))}


def container(image: Expression, training: Step) -> dict[str, Any]:
    """Return the container that serves the model of a training step."""
    artifact = training.get("ModelArtifacts.S3ModelArtifacts")
    return {"Image": image, "ModelDataUrl": artifact}


def model(name: str, container: Mapping[str, Any]) -> Step:
    """Return a step that creates a model without network access."""
    request = {
        "ExecutionRoleArn": p.ROLE_ARN,
        "PrimaryContainer": container,
        "EnableNetworkIsolation": True,
    }
    return Step(name, "Model", request, STEP_RETRIES)


def registration(
    name: str,
    container: Mapping[str, Any],
    *,
    description: Expression,
    model_quality: Mapping[str, Any],
    data_quality: Mapping[str, Any],
    properties: Mapping[str, Expression],
    card: Expression,
    content_types: Sequence[str] = _CONTENT_TYPES,
) -> Step:
    """Return a step that registers a model, pending approval."""
    request = {
        "ModelPackageGroupName": p.MODEL_PACKAGE_GROUP_NAME,
        "ModelPackageDescription": description,
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": {"ModelQuality": model_quality, "ModelDataQuality": data_quality},
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": content_types,
            "SupportedResponseMIMETypes": content_types,
        },
        "CustomerMetadataProperties": properties,
        "ModelCard": {"ModelCardContent": card, "ModelCardStatus": "Draft"},
    }
    return Step(name, "RegisterModel", request, STEP_RETRIES)
