"""Endpoint configurations: which models on how many instances, and data capture."""

from local import runtime
from local.sagemaker import store, tags
from local.sagemaker.api import ApiError, Json, operation
from local.sagemaker.hosting import config_rules
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
    names = [
        variant["ModelName"]
        for field in config_rules.VARIANTS
        for variant in body.get(field) or []
    ]
    if refusal := config_rules.problem(body, {model: models.get(model) for model in names}):
        raise ApiError("ValidationException", refusal)
    created = {"EndpointConfigArn": arn, "CreationTime": runtime.clock.now()}
    configs.add(name, store.without_tags(body) | created)
    tags.store(arn, body)
    return {"EndpointConfigArn": arn}


@operation("DeleteEndpointConfig")
def delete(body: Json) -> Json:
    """Delete a configuration."""
    configs.remove(body["EndpointConfigName"])
    return {}
