"""The request that creates a job. Pure."""

import json
from typing import Any

from common import bake, deepar

ACCEPT = "application/jsonlines"


def request(
    job: str, model: str, *, bucket: str, instance_type: str, key_arn: str, samples: int
) -> dict[str, Any]:
    """Return CreateTransformJob's request: one line per request, one line per forecast."""
    source = f"s3://{bucket}/{bake.input_key(job)}"
    return {
        "TransformJobName": job,
        "ModelName": model,
        "BatchStrategy": "SingleRecord",
        "Environment": {"DEEPAR_INFERENCE_CONFIG": json.dumps(deepar.configuration(samples))},
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": ACCEPT,
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{bucket}/{bake.output_folder(job)}",
            "Accept": ACCEPT,
            "AssembleWith": "Line",
            "KmsKeyId": key_arn,
        },
        "TransformResources": {
            "InstanceType": instance_type,
            "InstanceCount": 1,
            "VolumeKmsKeyId": key_arn,
        },
    }
