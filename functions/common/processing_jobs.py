"""Start SageMaker processing jobs of the forecaster image."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Json

from common.config import Settings

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

MAX_RUNTIME_SECONDS = 3600  # the first compaction of several years takes minutes
FOLDER = "/opt/ml/processing"


class JobSettings(Settings):
    """Base of the settings of a function that starts a job."""

    image: str
    instance_type: str
    kms_key_arn: str
    prefix: str
    role_arn: str
    vpc_config: Json[dict[str, list[str]] | None]  # of the job, null for none


def start(sagemaker: "SageMakerClient", request: Mapping[str, Any]) -> str:
    """Start a job; return `AlreadyStarted` if an earlier delivery of the event did."""
    try:
        sagemaker.create_processing_job(**request)
    except sagemaker.exceptions.ResourceInUse:
        return "AlreadyStarted"
    return "Started"


def request(
    settings: JobSettings,
    name: str,
    module: str,
    arguments: Sequence[str],
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return CreateProcessingJob's request for `python -m module arguments…`.

    Inputs and outputs are folders below /opt/ml/processing with their S3 URI.
    """
    document: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": settings.role_arn,
        "AppSpecification": {
            "ImageUri": settings.image,
            "ContainerEntrypoint": ["python", "-m", module],
            "ContainerArguments": list(arguments),
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": settings.instance_type,
                "VolumeSizeInGB": 10,  # the jobs store little on it
                "VolumeKmsKeyId": settings.kms_key_arn,
            }
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": MAX_RUNTIME_SECONDS},
    }
    if inputs:
        document["ProcessingInputs"] = [_input(*item) for item in inputs.items()]
    if outputs:
        document["ProcessingOutputConfig"] = {
            "KmsKeyId": settings.kms_key_arn,
            "Outputs": [_output(*item) for item in outputs.items()],
        }
    if settings.vpc_config:
        document["NetworkConfig"] = {"VpcConfig": settings.vpc_config}
    return document


def _input(name: str, uri: str) -> dict[str, Any]:
    source = {
        "S3Uri": uri,
        "LocalPath": f"{FOLDER}/{name}",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    return {"InputName": name.replace("/", "-"), "S3Input": source}


def _output(name: str, uri: str) -> dict[str, Any]:
    target = {"S3Uri": uri, "LocalPath": f"{FOLDER}/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name.replace("/", "-"), "S3Output": target}
