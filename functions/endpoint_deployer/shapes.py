"""Names and requests of what a version is deployed as. Pure."""

from dataclasses import dataclass
from typing import Any

VARIANT = "AllTraffic"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version on one stage."""

    prefix: str
    stage: str
    version: int
    package_arn: str
    bucket: str
    instance_type: str
    instance_count: int

    @property
    def endpoint(self) -> str:
        """The endpoint of the stage."""
        return f"{self.prefix}-{self.stage}"

    @property
    def model(self) -> str:
        """The model; both stages serve the same."""
        return f"{self.prefix}-v{self.version}"

    @property
    def config(self) -> str:
        """The endpoint configuration; its name tells stage and version."""
        return f"{self.prefix}-{self.stage}-v{self.version}"


def model(deployment: Deployment, role_arn: str) -> dict[str, Any]:
    """Return the CreateModel request."""
    return {
        "ModelName": deployment.model,
        "ExecutionRoleArn": role_arn,
        "Containers": [{"ModelPackageName": deployment.package_arn}],
    }


def config(deployment: Deployment, key_arn: str) -> dict[str, Any]:
    """Return the CreateEndpointConfig request: everything that is asked and answered is kept."""
    return {
        "EndpointConfigName": deployment.config,
        "KmsKeyId": key_arn,
        "ProductionVariants": [
            {
                "VariantName": VARIANT,
                "ModelName": deployment.model,
                "InitialInstanceCount": deployment.instance_count,
                "InstanceType": deployment.instance_type,
            }
        ],
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{deployment.bucket}/data-capture/{deployment.stage}",
            "KmsKeyId": key_arn,
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        },
    }


def status(described: dict[str, Any], wanted_config: str) -> str:
    """Return InService, Failed or InProgress: InService counts only with the wanted version."""
    state = described["EndpointStatus"]
    if state == "InService":
        # After an update that failed, the old version is in service again.
        return "InService" if described["EndpointConfigName"] == wanted_config else "Failed"
    return (
        "Failed" if state in {"Failed", "OutOfService", "UpdateRollbackFailed"} else "InProgress"
    )
