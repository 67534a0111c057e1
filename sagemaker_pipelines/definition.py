"""SageMaker pipeline definitions (version 2020-12-01) as plain data: no SDK, no network.

A step's arguments are the request of the API that the step calls (CreateProcessingJob,
CreateTrainingJob …) without the job's name, so botocore's service model is their schema; the tests
check every step against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Expression(Protocol):
    """Anything that SageMaker resolves only when the pipeline runs."""

    def render(self) -> dict[str, Any]:
        """Give the JSON that stands for the value."""
        ...


@dataclass(frozen=True, slots=True)
class Get:
    """A reference to a parameter, an execution variable or a step's property."""

    path: str

    def render(self) -> dict[str, Any]:
        """Give `{"Get": path}`."""
        return {"Get": self.path}


@dataclass(frozen=True, slots=True)
class Join:
    """Text put together from parts."""

    on: str
    values: tuple[Expression | str, ...]

    def render(self) -> dict[str, Any]:
        """Give `{"Std:Join": …}`."""
        return {"Std:Join": {"On": self.on, "Values": render(self.values)}}


@dataclass(frozen=True, slots=True)
class JsonGet:
    """A value inside a property file that a processing step wrote."""

    property_file: Get
    path: str

    def render(self) -> dict[str, Any]:
        """Give `{"Std:JsonGet": …}`."""
        return {"Std:JsonGet": {"PropertyFile": self.property_file.render(), "Path": self.path}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """What whoever starts the pipeline may set; without a default it must be set.

    All are strings, because they end in hyperparameters and command lines, which hold only
    strings.
    """

    name: str
    default: str | None = None

    def render(self) -> dict[str, Any]:
        """Give the reference to the parameter's value."""
        return {"Get": f"Parameters.{self.name}"}

    def declare(self) -> dict[str, Any]:
        """Give the parameter's entry in the definition."""
        entry = {"Name": self.name, "Type": "String"}
        return entry if self.default is None else entry | {"DefaultValue": self.default}


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `extra` holds what stands beside its arguments (PropertyFiles, RetryPolicies)."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)

    def get(self, path: str) -> Get:
        """Refer to a property of the step's result."""
        return Get(f"Steps.{self.name}.{path}")

    def output(self, name: str) -> Get:
        """Refer to the S3 URI of a processing step's output."""
        return self.get(f"ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")

    def value(self, property_file: str, path: str) -> JsonGet:
        """Refer to a value inside one of the step's property files."""
        return JsonGet(self.get(f"PropertyFiles.{property_file}"), path)

    def render(self) -> dict[str, Any]:
        """Give the step's entry in the definition."""
        arguments = render(self.arguments)
        return {"Name": self.name, "Type": self.type, "Arguments": arguments, **render(self.extra)}


EXECUTION_ARN = Get("Execution.PipelineExecutionArn")
EXECUTION_ID = Get("Execution.PipelineExecutionId")


def render(value: Any) -> Any:
    """Turn expressions and steps inside nested data into JSON values."""
    if isinstance(value, Get | Join | JsonGet | Parameter | Step):
        return value.render()
    if isinstance(value, Mapping):
        return {key: render(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [render(item) for item in value]
    return value


def definition(parameters: Sequence[Parameter], steps: Sequence[Step]) -> str:
    """Render the whole pipeline: deterministic, readable JSON."""
    document = {
        "Version": "2020-12-01",
        "Parameters": [parameter.declare() for parameter in parameters],
        "Steps": [step.render() for step in steps],
    }
    return json.dumps(document, indent=2) + "\n"
