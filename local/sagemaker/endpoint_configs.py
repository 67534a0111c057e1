"""Endpoint configurations: which model on how many instances, and what is captured."""

from typing import Any

from local import runtime
from local.sagemaker import models, state, tags
from local.sagemaker.api import ApiError, operation

Json = dict[str, Any]

_configs: dict[str, Json] = {}


@operation("CreateEndpointConfig")
def create(body: Json) -> Json:
    """Remember a configuration; its models must exist."""
    name = body["EndpointConfigName"]
    arn = state.arn("endpoint-config", name)
    if name in _configs:
        message = f'Cannot create already existing endpoint configuration "{arn}".'
        raise ApiError("ValidationException", message)
    for variant in body["ProductionVariants"]:
        models.find(variant["ModelName"])
    record = {key: value for key, value in body.items() if key != "Tags"}
    facts = {"EndpointConfigArn": arn, "CreationTime": runtime.clock.now()}
    _configs[name] = record | facts
    tags.keep(arn, body)
    return {"EndpointConfigArn": arn}


@operation("DescribeEndpointConfig")
def describe(body: Json) -> Json:
    """Show a configuration."""
    return find(body["EndpointConfigName"])


@operation("DeleteEndpointConfig")
def delete(body: Json) -> Json:
    """Forget a configuration."""
    find(body["EndpointConfigName"])
    del _configs[body["EndpointConfigName"]]
    return {}


@operation("ListEndpointConfigs")
def list_configs(body: Json) -> Json:
    """List configurations."""
    fields = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
    found = [
        {key: config[key] for key in fields}
        for name, config in _configs.items()
        if body.get("NameContains", "") in name
    ]
    return state.page("EndpointConfigs", found, body, name="EndpointConfigName")


def capture(config: Json) -> Json:
    """Return what DescribeEndpoint says of the data capture of a configuration, if it has one."""
    given = config.get("DataCaptureConfig")
    if given is None:
        return {}
    enabled = given.get("EnableCapture", False)
    told = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": given["InitialSamplingPercentage"],
        "DestinationS3Uri": given["DestinationS3Uri"],
        "KmsKeyId": given.get("KmsKeyId", ""),
    }
    return {"DataCaptureConfig": told}


def find(name: str) -> Json:
    """Return a configuration; raises ApiError when there is none."""
    if name not in _configs:
        arn = state.arn("endpoint-config", name)
        raise ApiError("ValidationException", f'Could not find endpoint configuration "{arn}".')
    return _configs[name]
