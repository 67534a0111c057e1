"""Validation of a pipeline definition against botocore's service model.

The arguments of a step are the request of an API.
"""

from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator

OPERATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "x"}),
    "Training": ("CreateTrainingJob", {"TrainingJobName": "x"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "x"}),
    "Model": ("CreateModel", {"ModelName": "x"}),
    "Transform": ("CreateTransformJob", {"TransformJobName": "x"}),
    "RegisterModel": ("CreateModelPackage", {}),
}
REFERENCES = {"Get", "Std:Join", "Std:JsonGet"}
STAND_INS: dict[str, Any] = {"string": "x", "integer": 1, "long": 1, "float": 1.0, "boolean": True}
SAGEMAKER = botocore.session.get_session().get_service_model("sagemaker")


def all_steps(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield step
        if step["Type"] == "Condition":
            yield from all_steps(step["Arguments"]["IfSteps"] + step["Arguments"]["ElseSteps"])


def problems(step: dict[str, Any]) -> list[str]:
    """Return what SageMaker would reject in the arguments of a step."""
    if step["Type"] not in OPERATIONS:
        return []
    operation, name = OPERATIONS[step["Type"]]
    shape = SAGEMAKER.operation_model(operation).input_shape
    report = ParamValidator().validate(_resolved(step["Arguments"], shape) | name, shape)
    found = [report.generate_report()] if report.has_errors() else []
    return found + list(_enum_problems(step["Arguments"], shape, step["Name"]))


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and set(value) <= REFERENCES


def _resolved(value: Any, shape: Shape) -> Any:
    """Replace every reference by a value of the right type."""
    if _is_reference(value):
        return STAND_INS[shape.type_name] * max(1, shape.metadata.get("min", 1))
    if shape.type_name == "structure" and isinstance(value, dict):
        members = shape.members
        return {k: _resolved(v, members[k]) if k in members else v for k, v in value.items()}
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _resolved(item, shape.value) for key, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_resolved(item, shape.member) for item in value]
    return value


def _enum_problems(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if _is_reference(value):
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        for key in value.keys() & shape.members.keys():
            yield from _enum_problems(value[key], shape.members[key], f"{path}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _enum_problems(item, shape.member, f"{path}[{number}]")
    elif isinstance(value, str) and value not in (getattr(shape, "enum", None) or [value]):
        yield f"{path}: {value!r} is not one of {shape.enum}"
