"""Schedule (EventBridge) -> a processing job that merges the offline store's small files."""

from typing import Any

import boto3
from botocore.exceptions import ClientError

from common import logs, settings, times

sagemaker: Any = boto3.client("sagemaker")

SECONDS = 3600  # a first compaction of years takes minutes


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Start the job of this event -> its name; one that is already there is left alone."""
    now = times.parse(event["time"])
    name = f"{settings.required('PREFIX')}-compaction-{now:%Y%m%dT%H%M%SZ}"
    status = "Started"
    try:
        sagemaker.create_processing_job(ProcessingJobName=name, **_job(times.iso(now)))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUse":
            raise
        status = "AlreadyStarted"  # EventBridge may deliver twice
    logs.line("compaction requested", job=name, status=status)
    return {"status": status, "job": name}


def _job(now: str) -> dict[str, Any]:
    groups = settings.required("FEATURE_GROUP_NAMES").split(",")
    options = [word for group in groups for word in ("--feature-group", group)]
    cluster = {
        "InstanceCount": 1,
        "InstanceType": settings.required("INSTANCE_TYPE"),
        "VolumeSizeInGB": 10,  # the job keeps nothing on it
    }
    module = "sagemaker_pipelines.jobs.compact_offline_store"
    return {
        "RoleArn": settings.required("ROLE_ARN"),
        "AppSpecification": {
            "ImageUri": settings.required("IMAGE"),
            "ContainerEntrypoint": ["python", "-m", module],
            "ContainerArguments": [*options, "--now", now],
        },
        "ProcessingResources": {"ClusterConfig": cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": SECONDS},
    }
