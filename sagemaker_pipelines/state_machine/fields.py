"""Requests of a pipeline's steps as fields of a state in Amazon States Language (JSONPath).

A field with references has the suffix `.$` and a path or an intrinsic function. The data of an
execution are `{"Parameters": {…}, "Steps": {<step>: {…}}, …}`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_pipelines.dsl import (
    EXECUTION_ARN,
    EXECUTION_ID,
    Expression,
    Get,
    Join,
    JsonGet,
    Parameter,
    Step,
)

CONTEXT = {EXECUTION_ARN: "$$.Execution.Id", EXECUTION_ID: "$$.Execution.Name"}
CONTENT = "Content"  # of a property file, because a result must be an object
NAME_KEYS = ("OutputName", "InputName", "ChannelName")  # of the elements of lists
_RESERVED = re.compile(r"(['{}\\])")
_PART = re.compile(r"\.?(\w+)|\['([^']+)'\]")


@dataclass(frozen=True, slots=True)
class Path:
    """A reference to the data of the execution, or to its context."""

    text: str


class Fields:
    """Translates the requests of steps; `steps` are all steps of the pipeline by name.

    `used` collects the properties that others read, by step.
    """

    def __init__(self, steps: Mapping[str, Step]) -> None:
        self._steps = steps
        self.used: dict[str, set[str]] = {}

    def object(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a structure with its references resolved by Step Functions."""
        return dict(self._field(name, value) for name, value in values.items())

    def _field(self, name: str, value: Any) -> tuple[str, Any]:
        if isinstance(value, Mapping):
            return name, self.object(value)
        if isinstance(value, _EXPRESSIONS):
            text = _literal(self.parts(value))
            return (name, text) if text is not None else (f"{name}.$", self._argument(value))
        if isinstance(value, str) or not isinstance(value, Sequence):
            return name, value
        if all(isinstance(item, Mapping) for item in value):
            return name, [self.object(item) for item in value]
        if any(isinstance(item, _EXPRESSIONS) for item in value):
            return f"{name}.$", f"States.Array({', '.join(map(self._argument, value))})"
        return name, list(value)

    def path(self, value: Expression) -> str:
        """Return a reference, or an intrinsic function for a joined string."""
        return self._argument(value)

    def _argument(self, value: Expression | str) -> str:
        """Return an argument of an intrinsic function, which may be the whole field."""
        parts = self.parts(value)
        if len(parts) == 1 and isinstance(parts[0], Path) and not isinstance(value, Join):
            return parts[0].text
        return formatted(parts)

    def parts(self, value: Expression | str) -> list[str | Path]:
        """Return a string as its literal parts and references; no two literals are neighbors."""
        if isinstance(value, str):
            return [value]
        if isinstance(value, Join):
            return self._joined(value)
        if isinstance(value, Parameter):
            return [Path(f"$.Parameters.{value.name}")]
        if isinstance(value, JsonGet):
            return [Path(f"$.{value.property_file.path}.{CONTENT}.{value.path}")]
        if not isinstance(value, Get):
            raise TypeError(f"expression: got {value!r}, expected one of sagemaker_pipelines/dsl")
        if value in CONTEXT:
            return [Path(CONTEXT[value])]
        return self._property(value)

    def _joined(self, value: Join) -> list[str | Path]:
        found: list[str | Path] = []
        for number, item in enumerate(value.values):
            for part in [*([value.on] if number and value.on else []), *self.parts(item)]:
                if found and isinstance(part, str) and isinstance(found[-1], str):
                    found[-1] += part
                else:
                    found.append(part)
        return [part for part in found if part != ""]

    def _property(self, value: Get) -> list[str | Path]:
        """Return what a step was given, if the property repeats it; else what it answered."""
        head, name, *rest = [match[1] or match[2] for match in _PART.finditer(value.path)]
        if head != "Steps" or name not in self._steps:
            raise ValueError(f"reference: got {value.path}, expected Steps.<a step>.<property>")
        given = _follow(self._steps[name].arguments, rest)
        if given is not None:
            return self.parts(given)
        self.used.setdefault(name, set()).add(rest[0])
        return [Path(f"$.{value.path}")]


_EXPRESSIONS = (Get, Join, JsonGet, Parameter)


def formatted(parts: Sequence[str | Path]) -> str:
    """Return a string literal, or States.Format of literal parts and references."""
    template = "".join("{}" if isinstance(p, Path) else _escaped(p) for p in parts)
    arguments = [f"'{template}'", *(part.text for part in parts if isinstance(part, Path))]
    return f"States.Format({', '.join(arguments)})" if len(arguments) > 1 else arguments[0]


def _escaped(text: str) -> str:
    """Escape the characters that are reserved in intrinsic functions."""
    return _RESERVED.sub(r"\\\1", text)


def _literal(parts: Sequence[str | Path]) -> str | None:
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else None


def _follow(value: Any, names: Sequence[str]) -> Any:
    """Return the value at a path in the arguments of a step, None if they do not have it."""
    for name in names:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            found = (item for item in value if name in (item.get(key) for key in NAME_KEYS))
            value = next(found, None)
        else:
            return None
    return value
