"""Validation of a definition in Amazon States Language: graph, functions, paths, requests."""

import re
from collections.abc import Iterator
from typing import Any

import botocore.session

from tests.support.request_schema import problems as problems_of_step

# Intrinsic functions with the number of their arguments; None: any.
FUNCTIONS = {
    "States.Array": None,
    "States.ArrayGetItem": 2,
    "States.Format": None,
    "States.Hash": 2,
    "States.JsonMerge": 3,
    "States.MathAdd": 2,
    "States.StringSplit": 2,
    "States.StringToJson": 1,
    "States.UUID": 0,
}
PATHS = ("ResultPath", "CausePath", "ErrorPath", "SecondsPath")  # fields of states
MAXIMUM_FUNCTIONS = 10  # in one field
TOKEN = re.compile(
    r"\s*('(?:[^'\\]|\\.)*'|\$\$?(?:[.\w]|\[\d+\])*|States\.\w+|-?\d+|true|false|[(),])"
)
TYPES = {
    "createProcessingJob.sync": "Processing",
    "createTrainingJob.sync": "Training",
    "createModelPackage": "RegisterModel",
}
S3 = botocore.session.get_session().get_service_model("s3")


def targets(state: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the states that may follow."""
    for rule in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (rule[key] for key in ("Next", "Default") if key in rule)


def graph_problems(definition: dict[str, Any]) -> list[str]:
    """Return targets that do not exist, states that are not reached, and states without an end."""
    states, reached, waiting = definition["States"], set(), [definition["StartAt"]]
    found = []
    while waiting:
        name = waiting.pop()
        if name not in states:
            found.append(f"{name} does not exist")
        elif name not in reached:
            reached.add(name)
            waiting += targets(states[name])
    found += [f"{name} is not reached" for name in states.keys() - reached]
    found += [f"{name} is too long" for name in states if len(name) > 80]
    ends = {"Succeed", "Fail"}
    return found + [
        f"{name} has no end"
        for name, state in states.items()
        if state["Type"] not in ends and not any(targets(state))
    ]


def functions(text: str) -> list[tuple[str, int]]:
    """Parse an intrinsic function; return all functions in it with the number of arguments.

    Raises AssertionError if it is not one function whose parentheses and quotes are balanced.
    """
    tokens, position = [], 0
    while position < len(text):
        found = TOKEN.match(text, position)
        assert found, f"{text[position:]!r} in {text}"
        tokens.append(found[1])
        position = found.end()
    found_functions: list[tuple[str, int]] = []
    rest = _call(tokens, found_functions)
    assert not rest, f"{rest} after the function in {text}"
    return found_functions


def _call(tokens: list[str], found: list[tuple[str, int]]) -> list[str]:
    name, opening, *rest = tokens
    assert name.startswith("States."), tokens
    assert opening == "(", tokens
    count = 0
    while rest[0] != ")":
        rest = _call(rest, found) if rest[0].startswith("States.") else rest[1:]
        count += 1
        assert rest[0] in {",", ")"}, rest
        rest = rest[1:] if rest[0] == "," else rest
    found.append((name, count))
    return rest[1:]


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Yield name and text of every field whose value is a path or a function."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if (
                (name in PATHS or name.endswith(".$")) and isinstance(item, str)
            ) or name == "Variable":
                yield name, item
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
