"""Models: an image and an archive, given directly or as a version of the registry."""

from typing import Any

from local import runtime
from local.sagemaker import api, state, tags
from local.sagemaker.api import ApiError, operation

Json = dict[str, Any]

_models: dict[str, Json] = {}


@operation("CreateModel")
def create(body: Json) -> Json:
    """Remember a model; its archive must exist only when it is served."""
    name = body["ModelName"]
    arn = state.arn("model", name)
    if name in _models:
        raise ApiError("ValidationException", f'Cannot create already existing model "{arn}".')
    record = {key: value for key, value in body.items() if key != "Tags"}
    _models[name] = record | {"ModelArn": arn, "CreationTime": runtime.clock.now()}
    container(name)
    tags.keep(arn, body)
    return {"ModelArn": arn}


@operation("DescribeModel")
def describe(body: Json) -> Json:
    """Show a model."""
    return find(body["ModelName"])


@operation("DeleteModel")
def delete(body: Json) -> Json:
    """Forget a model; endpoints that serve it go on."""
    find(body["ModelName"])
    del _models[body["ModelName"]]
    return {}


@operation("ListModels")
def list_models(body: Json) -> Json:
    """List models."""
    fields = ("ModelName", "ModelArn", "CreationTime")
    found = [
        {key: model[key] for key in fields}
        for name, model in _models.items()
        if body.get("NameContains", "") in name
    ]
    return state.page("Models", found, body, name="ModelName")


def find(name: str) -> Json:
    """Return a model; raises ApiError when there is none."""
    if name not in _models:
        arn = state.arn("model", name)
        raise ApiError("ValidationException", f'Could not find model "{arn}".')
    return _models[name]


def container(name: str) -> Json:
    """Return image, archive and environment of a model, taken from the registry if it says so."""
    model = find(name)
    given = model.get("PrimaryContainer") or (model.get("Containers") or [{}])[0]
    if package := given.get("ModelPackageName"):
        described = api.call("DescribeModelPackage", {"ModelPackageName": package})
        registered = described["InferenceSpecification"]["Containers"][0]
        environment = {**registered.get("Environment", {}), **given.get("Environment", {})}
        return {**registered, **given, "Environment": environment}
    if not given.get("Image") or not given.get("ModelDataUrl"):
        message = f"the model {name} needs Image and ModelDataUrl, or ModelPackageName"
        raise ApiError("ValidationException", message)
    return dict(given)
