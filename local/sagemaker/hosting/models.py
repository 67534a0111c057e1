"""Models: an image and an archive, specified directly or by a version of the model registry."""

from local import runtime
from local.sagemaker import api, store, tags
from local.sagemaker.api import ApiError, Json, operation

models: store.Store[Json] = store.Store(
    "model",
    missing='Could not find model "{arn}".',
    taken='Cannot create already existing model "{arn}".',
)
store.register_reads(models, "Model", ("ModelName", "ModelArn", "CreationTime"), "Models", dict)


@operation("CreateModel")
def create(body: Json) -> Json:
    """Create a model; its archive need not exist before it is served."""
    name = body["ModelName"]
    arn = models.arn(name)
    models.require_free(name)
    model = store.without_tags(body) | {"ModelArn": arn, "CreationTime": runtime.clock.now()}
    _container(model)
    models.add(name, model)
    tags.store(arn, body)
    return {"ModelArn": arn}


@operation("DeleteModel")
def delete(body: Json) -> Json:
    """Delete a model; endpoints continue to serve it."""
    models.remove(body["ModelName"])
    return {}


def role(name: str) -> str:
    """Return the ARN of the execution role of a model; raises ApiError."""
    return str(models.get(name)["ExecutionRoleArn"])


def vpc_config(name: str) -> Json | None:
    """Return the VpcConfig of a model, None without one; raises ApiError."""
    return models.get(name).get("VpcConfig")


def container(name: str) -> Json:
    """Return image, archive and environment of a model; raises ApiError."""
    return _container(models.get(name))


def _container(model: Json) -> Json:
    definition = model.get("PrimaryContainer") or (model.get("Containers") or [{}])[0]
    if package := definition.get("ModelPackageName"):
        described = api.call("DescribeModelPackage", {"ModelPackageName": package})
        registered = described["InferenceSpecification"]["Containers"][0]
        environment = {**registered.get("Environment", {}), **definition.get("Environment", {})}
        return {**registered, **definition, "Environment": environment}
    if not definition.get("Image") or not definition.get("ModelDataUrl"):
        message = (
            f"PrimaryContainer of model {model['ModelName']}: got {definition}, "
            "expected Image and ModelDataUrl, or ModelPackageName"
        )
        raise ApiError("ValidationException", message)
    return dict(definition)
