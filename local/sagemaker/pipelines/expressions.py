"""Expressions in a pipeline definition: references, functions and conditions. Pure.

The properties of a step are the Describe response of its job; `Outputs['x']` is the element of a
list with that name.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME_KEYS = ("OutputName", "InputName", "ChannelName", "Name", "PropertyFileName")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_PART = re.compile(r"\.?([A-Za-z0-9_\-]+)|\[(\d+)\]|\[['\"]([^'\"]+)['\"]\]")


class UnresolvedError(Exception):
    """A reference to a missing value, or values that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The values that references can use; `read_json` reads a PropertyFile or S3Uri."""

    parameters: Mapping[str, Any]
    execution: Mapping[str, Any]
    steps: Mapping[str, Mapping[str, Any]]
    read_json: Callable[[Mapping[str, Any]], Any]


def path_parts(path: str) -> list[str | int]:
    """Split `a.b[0].c['d']` into its parts."""
    parts: list[str | int] = []
    position = 0
    while position < len(path):
        found = _PART.match(path, position)
        if found is None:
            raise UnresolvedError(f"Cannot parse the path {path!r}")
        parts.append(int(found[2]) if found[2] else found[1] or found[3])
        position = found.end()
    return parts


def follow(value: Any, parts: list[str | int], path: str) -> Any:
    """Return the value at a path; raises UnresolvedError."""
    for part in parts:
        try:
            value = _named(value, part) if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError):
            raise UnresolvedError(f"{path} does not exist ({part!r} is missing)") from None
    return value


def _named(items: list[Any], part: str | int) -> Any:
    if isinstance(part, int):
        return items[part]
    for item in items:
        if isinstance(item, dict) and part in (item.get(key) for key in NAME_KEYS):
            return item
    raise KeyError(part)


def resolve(value: Any, scope: Scope) -> Any:
    """Replace every reference and function inside a value."""
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        return _get(value["Get"], scope)
    if set(value) == {"Std:Join"}:
        join = value["Std:Join"]
        return str(join["On"]).join(_to_text(resolve(item, scope)) for item in join["Values"])
    if set(value) == {"Std:JsonGet"}:
        spec = value["Std:JsonGet"]
        path = str(resolve(spec["Path"], scope)).removeprefix("$")
        return follow(scope.read_json(spec), path_parts(path), f"The path {path!r} of the file")
    return {name: resolve(item, scope) for name, item in value.items()}


def _get(reference: str, scope: Scope) -> Any:
    head, *rest = path_parts(reference)
    roots = {"Parameters": scope.parameters, "Execution": scope.execution, "Steps": scope.steps}
    if head not in roots:
        raise UnresolvedError(
            f"{reference}: got {head!r}, expected Parameters, Execution or Steps"
        )
    return follow(roots[str(head)], rest, reference)


def _to_text(value: Any) -> str:
    """Format a value as Std:Join does: booleans as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def holds(condition: Mapping[str, Any], scope: Scope) -> bool:
    """Evaluate one condition of a Condition step."""
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition["Condition"], scope)
    if kind == "Or":
        return any(holds(inner, scope) for inner in condition["Conditions"])
    if kind == "In":
        value = resolve(condition["QueryValue"], scope)
        return any(_compare("Equals", value, resolve(v, scope)) for v in condition["Values"])
    left, right = (resolve(condition[side], scope) for side in ("LeftValue", "RightValue"))
    return _compare(kind, left, right)


def _compare(kind: str, left: Any, right: Any) -> bool:
    """Compare two values of the same type; raises UnresolvedError for different types."""
    numbers = [isinstance(v, int | float) and not isinstance(v, bool) for v in (left, right)]
    if any(numbers) and not all(numbers):
        raise UnresolvedError(f"{kind} cannot compare {left!r} with {right!r}")
    if left is None or right is None or (not all(numbers) and type(left) is not type(right)):
        raise UnresolvedError(f"{kind} cannot compare {left!r} with {right!r}")
    return COMPARISONS[kind](left, right)


def references(value: Any) -> Iterator[str]:
    """Yield every `Get` inside a value."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if set(value) == {"Get"} and isinstance(value["Get"], str):
            yield value["Get"]
        else:
            for item in value.values():
                yield from references(item)


def dependencies_of(step: Mapping[str, Any]) -> set[str]:
    """Return the names of the steps that this one refers to or depends on.

    The steps inside the branches of a Condition have their own dependencies.
    """
    arguments = {k: v for k, v in step["Arguments"].items() if k not in {"IfSteps", "ElseSteps"}}
    paths = (path_parts(reference) for reference in references(arguments))
    return {str(p[1]) for p in paths if p[0] == "Steps"} | set(step.get("DependsOn", []))
