"""Requests to SageMaker that deploy a version. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common import model_packages
from common.endpoints import PRODUCTION, configured_stage
from endpoint_deployer.settings import Endpoints, Serverless, Shift

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import TagTypeDef

VARIANT = "AllTraffic"
MARGIN_SECONDS = 3600  # for the start of instances, besides the waits of a shift


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version on one stage, and the names of its resources.

    The endpoint of stage `pre-traffic` has production's configuration.
    """

    prefix: str
    stage: str
    version: int

    @property
    def configured_stage(self) -> str:
        """The stage whose configuration it has."""
        return configured_stage(self.stage)

    @property
    def model(self) -> str:
        """Name of the model."""
        return model_packages.model_name(self.prefix, self.version)

    @property
    def config(self) -> str:
        """Name of the endpoint configuration."""
        stage = self.configured_stage
        return model_packages.endpoint_config_name(self.prefix, stage, self.version)

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
    *,
    isolated: bool = True,
    nginx: bool = False,
) -> dict[str, Any]:
    """Return CreateModel's request; like the training, the container has no network.

    Serverless endpoints do not support isolation.
    """
    environment = {"Environment": {"MODEL_SERVER_NGINX": "true"}} if nginx else {}
    return {
        "ModelName": deployment.model,
        "PrimaryContainer": {"ModelPackageName": package_arn, **environment},
        "ExecutionRoleArn": role_arn,
        **({"EnableNetworkIsolation": True} if isolated else {}),
        "Tags": deployment.tags,
        # SageMaker reads the model and writes the captures through this network.
        **({"VpcConfig": vpc_config} if vpc_config else {}),
    }


def variant(
    deployment: Deployment, endpoints: Endpoints, name: str = VARIANT, weight: float = 1.0
) -> dict[str, Any]:
    """Return a production variant of CreateEndpointConfig."""
    serverless = endpoints.serverless if deployment.configured_stage == PRODUCTION else None
    return {
        "VariantName": name,
        "ModelName": deployment.model,
        "InitialVariantWeight": weight,
        **(_serverless(serverless) if serverless else _instances(deployment, endpoints)),
    }


def config(
    deployment: Deployment, endpoints: Endpoints, *, bucket: str, key_arn: str
) -> dict[str, Any]:
    """Return CreateEndpointConfig's request; a share of requests and responses is captured."""
    stage = deployment.configured_stage
    serverless = endpoints.serverless is not None and stage == PRODUCTION
    return {
        "EndpointConfigName": deployment.config,
        "ProductionVariants": [variant(deployment, endpoints)],
        **_capture(stage, endpoints.capture_percent[stage], bucket, key_arn),
        **({} if serverless else {"KmsKeyId": key_arn}),
        "Tags": deployment.tags,
    }


def endpoint(deployment: Deployment) -> dict[str, Any]:
    """Return the request of CreateEndpoint and the base of that of UpdateEndpoint."""
    return {"EndpointName": deployment.endpoint, "EndpointConfigName": deployment.config}


def update(deployment: Deployment, endpoints: Endpoints, alarms: Sequence[str]) -> dict[str, Any]:
    """Return UpdateEndpoint's request; `alarms` roll the shift of requests back."""
    request = endpoint(deployment)
    if deployment.stage != PRODUCTION:
        return request
    request |= retained(endpoints)
    if endpoints.shift:
        request["DeploymentConfig"] = _shift(endpoints.shift, alarms)
    return request


def retained(endpoints: Endpoints) -> dict[str, Any]:
    """Return what an update of production keeps: the number of instances that the load needs."""
    if not endpoints.scales:
        return {}
    changed = ("DataCaptureConfig", "DesiredWeight")
    return {
        "RetainAllVariantProperties": True,
        "ExcludeRetainedVariantProperties": [{"VariantPropertyType": kind} for kind in changed],
    }


def _shift(shift: Shift, alarms: Sequence[str]) -> dict[str, Any]:
    size = {"canary": "CanarySize", "linear": "LinearStepSize"}[shift.kind]
    policy = {
        "TrafficRoutingConfiguration": {
            "Type": shift.kind.upper(),
            size: {"Type": "CAPACITY_PERCENT", "Value": shift.percent},
            "WaitIntervalInSeconds": shift.wait_seconds,
        },
        "TerminationWaitInSeconds": shift.termination_wait_seconds,
        "MaximumExecutionTimeoutInSeconds": shift.seconds + MARGIN_SECONDS,
    }
    rollback = {"Alarms": [{"AlarmName": name} for name in alarms]}
    return {
        "BlueGreenUpdatePolicy": policy,
        **({"AutoRollbackConfiguration": rollback} if alarms else {}),
    }


def _instances(deployment: Deployment, endpoints: Endpoints) -> dict[str, Any]:
    instances = endpoints.instances[deployment.configured_stage]
    return {"InitialInstanceCount": instances.count, "InstanceType": instances.type}


def _serverless(serverless: Serverless) -> dict[str, Any]:
    return {
        "ServerlessConfig": {
            "MaxConcurrency": serverless.max_concurrency,
            "MemorySizeInMB": serverless.memory_mb,
        }
    }


def _capture(stage: str, percent: int, bucket: str, key_arn: str) -> dict[str, Any]:
    if percent == 0:
        return {}
    return {
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": percent,
            "DestinationS3Uri": f"s3://{bucket}/data-capture/{stage}",
            "KmsKeyId": key_arn,
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            # Without it, captures are base64.
            "CaptureContentTypeHeader": {
                "CsvContentTypes": ["text/csv"],
                "JsonContentTypes": ["application/json"],
            },
        }
    }
