"""AWS's own description of its API: which requests are valid, which fields an answer has."""

import re
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import (
    ListShape,
    MapShape,
    OperationNotFoundError,
    ServiceModel,
    StructureShape,
)
from botocore.validate import ParamValidator

Json = dict[str, Any]
JOBS = ("Training", "Processing", "Transform")
TIMES = frozenset(
    {"CreationTime", "LastModifiedTime", "StartTime", "EndTime", "Timestamp"}
    | {f"{job}{end}" for job in JOBS for end in ("StartTime", "EndTime")}
)


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def problems(operation: str, body: Json) -> str:
    """Return what is wrong with a request, empty when nothing is."""
    try:
        shape = _service().operation_model(operation).input_shape
    except (OperationNotFoundError, UnknownServiceError):
        return ""
    if shape is None:
        return ""
    if report := ParamValidator().validate(body, shape).generate_report():
        return str(report)
    return "; ".join(_misnamed(name, body[name], shape.members[name]) for name in body).strip("; ")


def _misnamed(name: str, value: Any, shape: Any) -> str:
    """Return AWS's sentence about a name it does not allow; names become folders here."""
    pattern = shape.metadata.get("pattern")
    if not (name.endswith("Name") and pattern) or re.fullmatch(pattern, value):
        return ""
    member = name[0].lower() + name[1:]
    return (
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
        f"constraint: Member must satisfy regular expression pattern: {pattern}"
    )


def fit(operation: str, answer: Json) -> Json:
    """Leave out of an answer what the operation does not answer on AWS, at every depth."""
    return dict(_fit(answer, _service().operation_model(operation).output_shape))


def _fit(value: Any, shape: Any) -> Any:
    if isinstance(shape, StructureShape):
        members = shape.members
        return {k: _fit(v, members[k]) for k, v in value.items() if k in members}
    if isinstance(shape, ListShape):
        return [_fit(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {k: _fit(v, shape.value) for k, v in value.items()}
    return value


def in_milliseconds(value: Any) -> Any:
    """Return an event's detail with its times (epoch seconds) as EventBridge gets them."""
    if isinstance(value, list):
        return [in_milliseconds(item) for item in value]
    if isinstance(value, dict):
        return {
            k: int(v * 1000) if k in TIMES and isinstance(v, float) else in_milliseconds(v)
            for k, v in value.items()
        }
    return value
