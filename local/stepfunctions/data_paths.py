"""Paths and intrinsic functions that fail on AWS, and are null or unnamed errors in MiniStack."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from local import ministack

# Simple paths outside of string literals; others are left to MiniStack.
LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'")
PATH = re.compile(r"(\$\$?)((?:\.\w+)+)(?![\w.\[])")


def paths(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each path in a field: the whole text, its root `$` or `$$`, and its names."""
    for found in PATH.finditer(LITERAL.sub("''", text)):
        yield found[0], found[1], found[2][1:].split(".")


def exists(names: list[str], data: Any) -> bool:
    """Return whether data have a value, perhaps null, at a path."""
    for name in names:
        if not isinstance(data, dict) or name not in data:
            return False
        data = data[name]
    return True


def _require_parameters(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(template: Any, data: Any, context: Any = None) -> Any:
        for name, text in template.items() if isinstance(template, dict) else ():
            if name.endswith(".$") and isinstance(text, str):
                _require(name, text, data, context)
        return resolve(template, data, context)

    return wrapper


def _require(name: str, text: str, data: Any, context: Any) -> None:
    for path, root, names in paths(text):
        if not exists(names, data if root == "$" else context or {}):
            raise ministack.ExecutionError(
                "States.Runtime",
                f"The JSONPath '{path}' specified for the field '{name}' could not be found in "
                f"the input '{json.dumps(data)}'",
            )


def _require_variable(evaluate: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(rule: Any, data: Any, context: Any = None) -> Any:
        variable = rule.get("Variable", "")
        if "IsPresent" not in rule:
            for path, root, names in paths(variable):
                if not exists(names, data if root == "$" else context or {}):
                    message = "The choice state's condition path references an invalid value."
                    raise ministack.ExecutionError(
                        "States.Runtime", f"Invalid path '{path}': {message}"
                    )
        return evaluate(rule, data, context)

    return wrapper


def _name_failures(execute: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(node: Any, data: Any, context: Any) -> Any:
        try:
            return execute(node, data, context)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            message = f"{node[1]}: {error}"
            raise ministack.ExecutionError("States.IntrinsicFailure", message) from None

    return wrapper


def install() -> None:
    """Refuse what AWS refuses."""
    ministack.resolve_parameters.wrap(_require_parameters)
    ministack.evaluate_choice.wrap(_require_variable)
    ministack.execute_intrinsic.wrap(_name_failures)
