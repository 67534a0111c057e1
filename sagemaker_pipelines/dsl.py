"""SageMaker pipeline definitions (version 2020-12-01) as plain data, without an SDK.

The arguments of a step are the request of the API that the step calls (CreateProcessingJob,
CreateTrainingJob, ...) without the job name. The tests validate every step against botocore's
service model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Expression(Protocol):
    """A value that SageMaker resolves when the pipeline runs."""

    def render(self) -> dict[str, Any]:
        """Return the JSON of the expression."""
        ...


@dataclass(frozen=True, slots=True)
class Get:
    """A reference to a parameter, an execution variable or a step's property."""

    path: str

    def render(self) -> dict[str, Any]:
        """Return `{"Get": path}`."""
        return {"Get": self.path}


@dataclass(frozen=True, slots=True)
class Join:
    """A string joined from parts."""

    on: str
    values: tuple[Expression | str, ...]

    def render(self) -> dict[str, Any]:
        """Return `{"Std:Join": …}`."""
        return {"Std:Join": {"On": self.on, "Values": render(self.values)}}


@dataclass(frozen=True, slots=True)
class JsonGet:
    """A value in a property file of a processing step."""

    property_file: Get
    path: str

    def render(self) -> dict[str, Any]:
        """Return `{"Std:JsonGet": …}`."""
        return {"Std:JsonGet": {"PropertyFile": self.property_file.render(), "Path": self.path}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an execution; required if it has no default.

    All are strings, because they are used in hyperparameters and command lines.
    """

    name: str
    default: str | None = None

    def render(self) -> dict[str, Any]:
        """Return the reference to the value."""
        return {"Get": f"Parameters.{self.name}"}

    def declare(self) -> dict[str, Any]:
        """Return the declaration in the definition."""
        entry = {"Name": self.name, "Type": "String"}
        return entry if self.default is None else entry | {"DefaultValue": self.default}


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `extra` has its other fields (PropertyFiles, RetryPolicies)."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)

    def get(self, path: str) -> Get:
        """Return a reference to a property of the result."""
        return Get(f"Steps.{self.name}.{path}")

    def output(self, name: str) -> Get:
        """Return a reference to the S3 URI of an output of a processing step."""
        return self.get(f"ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")

    def value(self, property_file: str, path: str) -> JsonGet:
        """Return a reference to a value in a property file of the step."""
        return JsonGet(self.get(f"PropertyFiles.{property_file}"), path)

    def render(self) -> dict[str, Any]:
        """Return the entry in the definition."""
        arguments = render(self.arguments)
        return {"Name": self.name, "Type": self.type, "Arguments": arguments, **render(self.extra)}


EXECUTION_ARN = Get("Execution.PipelineExecutionArn")
EXECUTION_ID = Get("Execution.PipelineExecutionId")


def render(value: Any) -> Any:
    """Replace expressions and steps in nested data by their JSON."""
    if isinstance(value, Get | Join | JsonGet | Parameter | Step):
        return value.render()
    if isinstance(value, Mapping):
        return {key: render(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [render(item) for item in value]
    return value


def definition(parameters: Sequence[Parameter], steps: Sequence[Step]) -> str:
    """Render the whole pipeline as deterministic, indented JSON."""
    document = {
        "Version": "2020-12-01",
        "Parameters": [parameter.declare() for parameter in parameters],
        "Steps": [step.render() for step in steps],
    }
    return json.dumps(document, indent=2) + "\n"
