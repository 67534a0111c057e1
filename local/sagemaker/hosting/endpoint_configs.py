"""Endpoint configurations: which model on how many instances, and data capture."""

from local import runtime
from local.sagemaker import store, tags
from local.sagemaker.api import Json, operation
from local.sagemaker.hosting.models import models

configs: store.Store[Json] = store.Store(
    "endpoint-config",
    missing='Could not find endpoint configuration "{arn}".',
    taken='Cannot create already existing endpoint configuration "{arn}".',
)
LISTED = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
store.register_reads(configs, "EndpointConfig", LISTED, "EndpointConfigs", dict)


@operation("CreateEndpointConfig")
def create(body: Json) -> Json:
    """Create a configuration; its models must exist."""
    name = body["EndpointConfigName"]
    arn = configs.arn(name)
    configs.require_free(name)
    for variant in body["ProductionVariants"]:
        models.get(variant["ModelName"])
    created = {"EndpointConfigArn": arn, "CreationTime": runtime.clock.now()}
    configs.add(name, store.without_tags(body) | created)
    tags.store(arn, body)
    return {"EndpointConfigArn": arn}


@operation("DeleteEndpointConfig")
def delete(body: Json) -> Json:
    """Delete a configuration."""
    configs.remove(body["EndpointConfigName"])
    return {}


def capture_summary(config: Json) -> Json:
    """Return the DataCaptureConfig of DescribeEndpoint, empty without data capture."""
    capture = config.get("DataCaptureConfig")
    if capture is None:
        return {}
    enabled = capture.get("EnableCapture", False)
    summary = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }
    return {"DataCaptureConfig": summary}
