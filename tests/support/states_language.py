"""Validation of a definition in Amazon States Language: its references and its requests."""

from collections.abc import Iterator
from typing import Any

import botocore.session

from tests.support.request_schema import problems as problems_of_step

PATHS = ("ResultPath", "CausePath", "ErrorPath", "SecondsPath", "Variable")  # fields of states
TYPES = {
    "createProcessingJob.sync": "Processing",
    "createTrainingJob.sync": "Training",
    "createModelPackage": "RegisterModel",
}
S3 = botocore.session.get_session().get_service_model("s3")


def references(value: Any) -> Iterator[str]:
    """Yield every path and intrinsic function in a definition."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if (name in PATHS or name.endswith(".$")) and isinstance(item, str):
                yield item
            else:
                yield from references(item)


def request_problems(name: str, state: dict[str, Any]) -> list[str]:
    """Return what the service of a Task state would reject in its request."""
    action = state["Resource"].rpartition(":")[2]
    if action == "getObject":
        members = S3.operation_model("GetObject").input_shape.members
        return [key for key in state["Parameters"] if key.removesuffix(".$") not in members]
    arguments = _as_references(state["Parameters"])
    return problems_of_step({"Name": name, "Type": TYPES[action], "Arguments": arguments})


def _as_references(value: Any) -> Any:
    """Return a request with the references of a pipeline instead of paths and functions."""
    if isinstance(value, list):
        return [_as_references(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, item in value.items():
        reference: Any = {"Get": item}
        if name.endswith(".$") and str(item).startswith("States.Array("):
            reference = [reference]
        found[name.removesuffix(".$")] = reference if name.endswith(".$") else _as_references(item)
    return found
