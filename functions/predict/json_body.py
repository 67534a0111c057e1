"""Parse a JSON body, and check its values. Pure."""

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from predict.problems import Fault, Kind, ProblemError

Path = tuple[str | int, ...]


class _Nothing:
    """A value that is missing."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


def parse(text: str) -> Any:
    """Parse a body; raises ProblemError, also for NaN and infinity, which JSON does not have."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ProblemError(Kind.INVALID_BODY, "body: got too many nested arrays") from None
    except ValueError as error:
        raise ProblemError(Kind.INVALID_BODY, f"body: expected JSON: {error}") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a value of JSON")


def is_number(value: object) -> bool:
    """Return whether a value is a finite number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False


def member_faults(
    value: object, path: Path, required: Iterable[str], optional: Iterable[str] = ()
) -> list[Fault]:
    """Return what is wrong with the members of a value that must be an object."""
    needed = list(required)
    names = [*needed, *optional]
    if not isinstance(value, Mapping):
        return [Fault(path, value, f"a JSON object with {', '.join(needed)}")]
    missing = [Fault((*path, name), NOTHING, "a value") for name in needed if name not in value]
    unknown = [
        Fault((*path, name), value[name], f"no member but {', '.join(names)}")
        for name in value
        if name not in names
    ]
    return missing + unknown
