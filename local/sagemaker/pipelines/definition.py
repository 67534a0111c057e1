"""A pipeline definition (`Version: 2020-12-01`), validated and parsed into a graph. Pure."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from local.sagemaker.pipelines.expressions import (
    UnresolvedError,
    dependencies_of,
    path_parts,
    references,
)

VERSION = "2020-12-01"
STEP_TYPES = frozenset(
    {
        "Processing",
        "Training",
        "Transform",
        "Tuning",
        "Model",
        "RegisterModel",
        "Condition",
        "Fail",
    }
)
BRANCHES = {"IfSteps": True, "ElseSteps": False}
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_CONVERT: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
}


class DefinitionError(ValueError):
    """An invalid definition or parameter; the text is the error message of the API."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step, the steps that must succeed before it, and the branch that it belongs to."""

    body: Mapping[str, Any]
    dependencies: frozenset[str]
    branch: tuple[str, bool] | None  # (name of the Condition step, its outcome)

    @property
    def kind(self) -> str:
        """The type of the step."""
        return str(self.body["Type"])


@dataclass(frozen=True, slots=True)
class Definition:
    """The parameters and steps of a definition by name."""

    parameters: Mapping[str, Mapping[str, Any]]
    steps: Mapping[str, Step]

    def values(self, arguments: Mapping[str, str]) -> dict[str, Any]:
        """Return the value of every parameter.

        Raises DefinitionError for unknown, invalid or missing arguments.
        """
        if unknown := sorted(set(arguments) - set(self.parameters)):
            raise DefinitionError(f"Parameters {unknown} are not defined in the pipeline.")
        values = {}
        for name, parameter in self.parameters.items():
            if name in arguments:
                values[name] = _convert(parameter, arguments[name])
            elif "DefaultValue" in parameter:
                values[name] = parameter["DefaultValue"]
            else:
                raise DefinitionError(f"Parameter '{name}' has no default and must be provided.")
        return values


def _invalid(message: str) -> DefinitionError:
    return DefinitionError(f"Pipeline definition: {message}")


def parse(text: str) -> Definition:
    """Parse and validate a definition; raises DefinitionError."""
    try:
        body = json.loads(text)
    except ValueError as error:
        raise _invalid(f"Parse error. {error}") from None
    if not isinstance(body, dict) or body.get("Version") != VERSION:
        raise _invalid(f"Version must be '{VERSION}'.")
    parameters = {p["Name"]: p for p in body.get("Parameters", [])}
    if untyped := sorted(n for n, p in parameters.items() if p.get("Type") not in _CONVERT):
        raise _invalid(f"Parameters {untyped} have no known Type.")
    steps: dict[str, Step] = {}
    for step, branch in _walk(body.get("Steps") or []):
        _check_step(step, steps)
        try:
            dependencies = dependencies_of(step) | ({branch[0]} if branch else set())
        except UnresolvedError as error:
            raise _invalid(f"step '{step['Name']}': {error}") from None
        steps[step["Name"]] = Step(step, frozenset(dependencies), branch)
    if not steps:
        raise _invalid("at least one step is required.")
    _check_graph(parameters, steps)
    return Definition(parameters, steps)


def _walk(
    steps: list[Any], branch: tuple[str, bool] | None = None
) -> Iterator[tuple[dict[str, Any], tuple[str, bool] | None]]:
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("Arguments"), dict):
            raise _invalid("every step needs Name, Type, Arguments.")
        yield step, branch
        for key, outcome in BRANCHES.items():
            yield from _walk(step["Arguments"].get(key) or [], (step["Name"], outcome))


def _check_step(step: Mapping[str, Any], known: Mapping[str, Step]) -> None:
    name, kind = step.get("Name"), step.get("Type")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _invalid(f"{name!r} is not a valid step name.")
    if name in known:
        raise _invalid(f"Duplicate step name '{name}'.")
    if kind not in STEP_TYPES:
        raise _invalid(f"step '{name}' has unknown type {kind!r}.")
    if kind == "Condition" and not step["Arguments"].get("Conditions"):
        raise _invalid(f"step '{name}' has no Conditions.")
    message = step["Arguments"].get("ErrorMessage", "")
    if kind == "Fail" and not (isinstance(message, str) or set(message) <= {"Get", "Std:Join"}):
        raise _invalid(f"step '{name}': ErrorMessage must be a text, a reference or a Std:Join.")


def _check_graph(parameters: Mapping[str, Any], steps: Mapping[str, Step]) -> None:
    """Raise DefinitionError for references to unknown names and for cycles."""
    for name, step in steps.items():
        if unknown := sorted(step.dependencies - set(steps)):
            raise _invalid(f"step '{name}' refers to unknown steps {unknown}.")
        for reference in references(step.body["Arguments"]):
            head, *rest = path_parts(reference)
            if head == "Parameters" and (not rest or rest[0] not in parameters):
                raise _invalid(f"step '{name}' refers to unknown {reference}.")
    try:
        TopologicalSorter({n: s.dependencies for n, s in steps.items()}).prepare()
    except CycleError as error:
        raise _invalid(f"steps form a cycle: {' -> '.join(error.args[1])}.") from None


def _convert(parameter: Mapping[str, Any], text: str) -> Any:
    expected = parameter.get("EnumValues")
    try:
        value = _CONVERT[parameter["Type"]](text)
    except (ValueError, KeyError):
        value, expected = None, [parameter["Type"]]
    if expected and value not in expected:
        expected = f"got {text!r}, expected {' or '.join(map(str, expected))}"
        raise DefinitionError(f"Parameter '{parameter['Name']}': {expected}.")
    return value
