"""Definitions that AWS refuses when a state machine is created: their graph and their references.

Fields in JSONata are checked by MiniStack.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from local import ministack
from local.stepfunctions import intrinsics

Json = dict[str, Any]
Response = tuple[int, dict[str, str], Any]
ENDS = frozenset({"Fail", "Succeed"})
MAXIMUM_NAME = 80
MISSING, SCHEMA = "MISSING_TRANSITION_TARGET", "SCHEMA_VALIDATION_FAILED"


def problems(definition: Json, path: str = "") -> Iterator[str]:
    """Yield what AWS would refuse in a definition, or in a branch of it."""
    states, start = definition.get("States") or {}, str(definition.get("StartAt"))
    if start not in states:
        yield f"{MISSING}: Missing 'Next' target: {start} at {path}/StartAt"
        return
    reached = _reached(states, start)
    for name, state in states.items():
        here = f"{path}/States/{name}"
        following = list(targets(state))
        if len(name) > MAXIMUM_NAME:
            yield f"{SCHEMA}: state names have at most {MAXIMUM_NAME} characters at {here}"
        if name not in reached:
            yield f'{MISSING}: State "{name}" is not reachable. at {here}'
        yield from (
            f"{MISSING}: Missing 'Next' target: {target} at {here}"
            for target in following
            if target not in states
        )
        if state.get("Type") not in ENDS and not following and not state.get("End"):
            yield f"{SCHEMA}: the state has neither Next nor End at {here}"
        yield from _reference_problems(state, here)
        for number, branch in enumerate(_branches(state)):
            yield from problems(branch, f"{here}/{number}")


def targets(state: Json) -> Iterator[str]:
    """Yield the names of the states that may follow."""
    for rule in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (rule[key] for key in ("Next", "Default") if key in rule)


def _reached(states: Json, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in reached:
            reached.add(name)
            waiting += targets(states[name])
    return reached


def _branches(state: Json) -> list[Json]:
    inner = state.get("ItemProcessor") or state.get("Iterator")
    return [*state.get("Branches", []), *([inner] if inner else [])]


def _reference_problems(value: Any, path: str) -> Iterator[str]:
    """Yield the fields whose names end in `.$` without a path or an intrinsic function."""
    if isinstance(value, list):
        for item in value:
            yield from _reference_problems(item, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in {"Branches", "ItemProcessor", "Iterator"}:
                continue
            if name.endswith(".$") and (reason := _reason(item)):
                yield f"{SCHEMA}: the value for the field '{name}': {reason} at {path}"
            elif not name.endswith(".$"):
                yield from _reference_problems(item, path)


def _reason(text: Any) -> str | None:
    """Return why a text is no reference, None if it is one."""
    if not isinstance(text, str):
        return "must be a string"
    if not text.startswith("States."):
        return None if intrinsics.is_path(text) else "must be a valid JSONPath"
    try:
        intrinsics.functions(text)
    except intrinsics.SyntaxProblem as problem:
        return f"must be a valid intrinsic function call ({problem})"
    return None


def _checked(write: Callable[[Json], Response]) -> Callable[[Json], Response]:
    def wrapper(request: Json) -> Response:
        try:
            found = list(problems(json.loads(request.get("definition") or "null") or {}))
        except ValueError as error:
            found = [f"INVALID_JSON_DESCRIPTION: {error}"]
        if "definition" not in request or not found:
            return write(request)
        message = f"Invalid State Machine Definition: '{', '.join(found)}'"
        response: Response = ministack.error_response("InvalidDefinition", message, 400)
        return response

    return wrapper


def install() -> None:
    """Check definitions before they are stored."""
    ministack.create_state_machine.wrap(_checked)
    ministack.update_state_machine.wrap(_checked)
