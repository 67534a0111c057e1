"""Request validation and response fields by AWS's API model in botocore."""

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
JOBS = ("HyperParameterTuning", "Training", "Processing", "Transform")
TIMES = frozenset(
    {"CreationTime", "LastModifiedTime", "StartTime", "EndTime", "Timestamp"}
    | {f"{job}{end}" for job in JOBS for end in ("StartTime", "EndTime")}
)


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def problems(operation: str, body: Json) -> str:
    """Return the validation errors of a request, empty if it is valid."""
    try:
        shape = _service().operation_model(operation).input_shape
    except (OperationNotFoundError, UnknownServiceError):
        return ""
    if shape is None:
        return ""
    if report := ParamValidator().validate(body, shape).generate_report():
        return str(report)
    reports = (_invalid_name(name, body[name], shape.members[name]) for name in body)
    return "; ".join(filter(None, reports))


def _invalid_name(name: str, value: Any, shape: Any) -> str:
    """Return AWS's message for an invalid resource name (names become folder names here)."""
    pattern = shape.metadata.get("pattern")
    if not (name.endswith("Name") and pattern) or re.fullmatch(pattern, value):
        return ""
    member = name[0].lower() + name[1:]
    return (
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
        f"constraint: Member must satisfy regular expression pattern: {pattern}"
    )


def select_output(operation: str, response: Json) -> Json:
    """Remove the fields that the response of an operation does not have on AWS."""
    return dict(_select(response, _service().operation_model(operation).output_shape))


def _select(value: Any, shape: Any) -> Any:
    if isinstance(shape, StructureShape):
        members = shape.members
        return {k: _select(v, members[k]) for k, v in value.items() if k in members}
    if isinstance(shape, ListShape):
        return [_select(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {k: _select(v, shape.value) for k, v in value.items()}
    return value


def in_milliseconds(value: Any) -> Any:
    """Return the detail of an event with its times (epoch seconds) in milliseconds."""
    if isinstance(value, list):
        return [in_milliseconds(item) for item in value]
    if isinstance(value, dict):
        return {
            k: int(v * 1000) if k in TIMES and isinstance(v, float) else in_milliseconds(v)
            for k, v in value.items()
        }
    return value
