"""A pipeline definition (`Version: 2020-12-01`) checked and laid out as a graph. Pure."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from local.sagemaker.pipeline_values import UnresolvedError, parts_of, references, steps_needed

VERSION = "2020-12-01"
STEP_TYPES = frozenset(
    {"Processing", "Training", "Transform", "Model", "RegisterModel", "Condition", "Fail"}
)
BRANCHES = {"IfSteps": True, "ElseSteps": False}
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_TRUTH = {"true": True, "false": False}
_CONVERT: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: _TRUTH[text.lower()],
}


class DefinitionError(ValueError):
    """A definition, or a parameter for it, that cannot run; the text is the API's message."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the steps that must succeed first, and the branch it lies in."""

    body: Mapping[str, Any]
    needs: frozenset[str]
    branch: tuple[str, bool] | None  # (name of the Condition step, its outcome)

    @property
    def kind(self) -> str:
        """Its type, as in the definition."""
        return str(self.body["Type"])


@dataclass(frozen=True, slots=True)
class Definition:
    """What an execution needs of a definition."""

    parameters: Mapping[str, Mapping[str, Any]]
    steps: Mapping[str, Step]

    def values(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return every parameter's value; DefinitionError for an unknown, bad or missing one."""
        if unknown := sorted(set(given) - set(self.parameters)):
            raise DefinitionError(f"Parameters {unknown} are not defined in the pipeline.")
        values = {}
        for name, parameter in self.parameters.items():
            if name in given:
                values[name] = _converted(parameter, given[name])
            elif "DefaultValue" in parameter:
                values[name] = parameter["DefaultValue"]
            else:
                raise DefinitionError(f"Parameter '{name}' has no default and must be provided.")
        return values


def parse(text: str) -> Definition:
    """Read and check a definition."""
    try:
        body = json.loads(text)
    except ValueError as error:
        raise DefinitionError(f"Pipeline definition: Parse error. {error}") from None
    if not isinstance(body, dict) or body.get("Version") != VERSION:
        raise DefinitionError(f"Pipeline definition: Version must be '{VERSION}'.")
    parameters = {p["Name"]: p for p in body.get("Parameters", [])}
    if wrong := sorted(n for n, p in parameters.items() if p.get("Type") not in _CONVERT):
        raise DefinitionError(f"Pipeline definition: Parameters {wrong} have no known Type.")
    steps: dict[str, Step] = {}
    for step, branch in _walk(body.get("Steps") or []):
        _check_step(step, steps)
        needs = _needs(step) | ({branch[0]} if branch else set())
        steps[step["Name"]] = Step(step, frozenset(needs), branch)
    if not steps:
        raise DefinitionError("Pipeline definition: at least one step is required.")
    _check_graph(parameters, steps)
    return Definition(parameters, steps)


def _walk(
    steps: list[Any], branch: tuple[str, bool] | None = None
) -> Iterator[tuple[dict[str, Any], tuple[str, bool] | None]]:
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("Arguments"), dict):
            raise DefinitionError("Pipeline definition: every step needs Name, Type, Arguments.")
        yield step, branch
        for key, outcome in BRANCHES.items():
            yield from _walk(step["Arguments"].get(key) or [], (step["Name"], outcome))


def _check_step(step: Mapping[str, Any], known: Mapping[str, Step]) -> None:
    name, kind = step.get("Name"), step.get("Type")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DefinitionError(f"Pipeline definition: {name!r} is no valid step name.")
    if name in known:
        raise DefinitionError(f"Pipeline definition: Duplicate step name '{name}'.")
    if kind not in STEP_TYPES:
        raise DefinitionError(f"Pipeline definition: step '{name}' has unknown type {kind!r}.")
    if kind == "Condition" and not step["Arguments"].get("Conditions"):
        raise DefinitionError(f"Pipeline definition: step '{name}' has no Conditions.")


def _needs(step: Mapping[str, Any]) -> set[str]:
    try:
        return steps_needed(step)
    except UnresolvedError as error:
        raise DefinitionError(f"Pipeline definition: step '{step['Name']}': {error}") from None


def _check_graph(parameters: Mapping[str, Any], steps: Mapping[str, Step]) -> None:
    """Every reference leads somewhere, and nothing waits for itself."""
    for name, step in steps.items():
        if unknown := sorted(step.needs - set(steps)):
            raise DefinitionError(
                f"Pipeline definition: step '{name}' refers to unknown steps {unknown}."
            )
        for reference in references(step.body["Arguments"]):
            head, *rest = parts_of(reference)
            if head == "Parameters" and (not rest or rest[0] not in parameters):
                raise DefinitionError(
                    f"Pipeline definition: step '{name}' refers to unknown {reference}."
                )
    try:
        TopologicalSorter({n: s.needs for n, s in steps.items()}).prepare()
    except CycleError as error:
        raise DefinitionError(
            f"Pipeline definition: steps form a cycle: {' -> '.join(error.args[1])}."
        ) from None


def _converted(parameter: Mapping[str, Any], text: str) -> Any:
    try:
        value = _CONVERT[parameter["Type"]](text)
    except (ValueError, KeyError):
        message = f"Parameter '{parameter['Name']}' must be of type {parameter['Type']}"
        raise DefinitionError(f"{message}, not {text!r}.") from None
    if parameter.get("EnumValues") and value not in parameter["EnumValues"]:
        allowed = parameter["EnumValues"]
        raise DefinitionError(f"Parameter '{parameter['Name']}' must be one of {allowed}.")
    return value
