"""Requests to SageMaker that deploy a version. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common import model_packages

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import TagTypeDef

VARIANT = "AllTraffic"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version on one stage, and the names of its resources."""

    prefix: str
    stage: str
    version: int

    @property
    def model(self) -> str:
        """Name of the model."""
        return model_packages.model_name(self.prefix, self.version)

    @property
    def config(self) -> str:
        """Name of the endpoint configuration."""
        return model_packages.endpoint_config_name(self.prefix, self.stage, self.version)

    @property
    def endpoint(self) -> str:
        """Name of the endpoint."""
        return f"{self.prefix}-{self.stage}"

    @property
    def tags(self) -> "list[TagTypeDef]":
        """The tags that Terraform sets on all resources."""
        return [
            {"Key": "Deployment", "Value": self.prefix},
            {"Key": "Project", "Value": "evergreen"},
        ]


def model(
    deployment: Deployment,
    package_arn: str,
    role_arn: str,
    vpc_config: dict[str, list[str]] | None,
) -> dict[str, Any]:
    """Return CreateModel's request; like the training, the container has no network."""
    return {
        "ModelName": deployment.model,
        "PrimaryContainer": {"ModelPackageName": package_arn},
        "ExecutionRoleArn": role_arn,
        "EnableNetworkIsolation": True,
        "Tags": deployment.tags,
        # SageMaker reads the model and writes the captures through this network.
        **({"VpcConfig": vpc_config} if vpc_config else {}),
    }


def config(
    deployment: Deployment,
    *,
    instance_count: int,
    instance_type: str,
    bucket: str,
    key_arn: str,
) -> dict[str, Any]:
    """Return CreateEndpointConfig's request; every request and response is captured."""
    return {
        "EndpointConfigName": deployment.config,
        "ProductionVariants": [
            {
                "VariantName": VARIANT,
                "ModelName": deployment.model,
                "InitialInstanceCount": instance_count,
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
            # Without it, captures are base64.
            "CaptureContentTypeHeader": {
                "CsvContentTypes": ["text/csv"],
                "JsonContentTypes": ["application/json"],
            },
        },
        "KmsKeyId": key_arn,
        "Tags": deployment.tags,
    }


def endpoint(deployment: Deployment) -> dict[str, Any]:
    """Return the request of CreateEndpoint and UpdateEndpoint."""
    return {"EndpointName": deployment.endpoint, "EndpointConfigName": deployment.config}
