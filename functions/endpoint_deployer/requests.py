"""What SageMaker is asked to make for a version. Pure."""

from dataclasses import dataclass
from typing import Any

VARIANT = "AllTraffic"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version on one stage, and the names that follow from it."""

    prefix: str
    stage: str
    version: int

    @property
    def model(self) -> str:
        """Name of the model; the stages share it."""
        return f"{self.prefix}-v{self.version}"

    @property
    def config(self) -> str:
        """Name of the endpoint's configuration."""
        return f"{self.prefix}-{self.stage}-v{self.version}"

    @property
    def endpoint(self) -> str:
        """Name of the endpoint."""
        return f"{self.prefix}-{self.stage}"

    @property
    def tags(self) -> list[dict[str, str]]:
        """The tags that Terraform puts on all it makes."""
        return [
            {"Key": "Deployment", "Value": self.prefix},
            {"Key": "Project", "Value": "evergreen"},
        ]


def model(deployment: Deployment, package_arn: str, role_arn: str) -> dict[str, Any]:
    """Ask for the model of a version; it has no network, as in its training."""
    return {
        "ModelName": deployment.model,
        "PrimaryContainer": {"ModelPackageName": package_arn},
        "ExecutionRoleArn": role_arn,
        "EnableNetworkIsolation": True,
        "Tags": deployment.tags,
    }


def config(
    deployment: Deployment, *, instances: int, instance_type: str, bucket: str, key_arn: str
) -> dict[str, Any]:
    """Ask for a configuration that captures every request and answer."""
    return {
        "EndpointConfigName": deployment.config,
        "ProductionVariants": [
            {
                "VariantName": VARIANT,
                "ModelName": deployment.model,
                "InitialInstanceCount": instances,
                "InstanceType": instance_type,
                "InitialVariantWeight": 1.0,
            }
        ],
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{bucket}/data-capture/{deployment.stage}",
            "KmsKeyId": key_arn,
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            # Otherwise the captures hold base64.
            "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        },
        "KmsKeyId": key_arn,
        "Tags": deployment.tags,
    }


def endpoint(deployment: Deployment) -> dict[str, Any]:
    """Ask for an endpoint, or for its change to another version."""
    return {"EndpointName": deployment.endpoint, "EndpointConfigName": deployment.config}
