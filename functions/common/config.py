"""Settings from environment variables as frozen pydantic models, and their error messages."""

import os
import re
from collections.abc import Callable, Container
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from common.errors import bad_value

# Of an error message, whose values and names may be anyone's: it must fit into logs and events.
MAX_PROBLEMS = 20
MAX_NAME_LENGTH = 100
HIDDEN = "(not shown)"


class SettingsError(ValueError):
    """Environment variables are missing or have bad values."""


class Settings(BaseModel):
    """Base of a function's settings: field `bucket_name` is variable `BUCKET_NAME`.

    Read it when invoked, not when imported, and pass it down.
    """

    model_config = ConfigDict(defer_build=True, frozen=True)

    @classmethod
    def from_env(cls) -> Self:
        """Read all fields; an empty variable counts as missing. Raises SettingsError."""
        variables = {name: os.environ.get(name.upper()) for name in cls.model_fields}
        try:
            return cls.model_validate({name: v for name, v in variables.items() if v})
        except ValidationError as error:
            raise SettingsError(describe(error, str.upper)) from None


def describe(
    error: ValidationError, rename: Callable[[str], str] = str, hidden: Container[str] = ()
) -> str:
    """Return "NAME: got VALUE, expected ..." for each problem of a validation.

    Values of `hidden` names may be secret and are not shown.
    """
    texts = []
    problems = error.errors(include_url=False)
    for problem in problems[:MAX_PROBLEMS]:
        name = rename(".".join(map(str, problem["loc"])) or error.title)[:MAX_NAME_LENGTH]
        value = problem["input"]
        if name in hidden and isinstance(value, str):
            value = HIDDEN
        if problem["type"] == "missing":
            texts.append(f"{name}: got nothing, expected a value")
        elif problem["type"] == "extra_forbidden":
            texts.append(bad_value(name, value, "no setting of this name"))
        else:
            texts.append(bad_value(name, value, _expected(problem["type"], problem["msg"])))
    if (more := len(problems) - MAX_PROBLEMS) > 0:
        texts.append(f"and {more} more")
    return "; ".join(texts)


def _expected(kind: str, message: str) -> str:
    """Return the expectation stated in a pydantic message."""
    expected = re.sub("^(Input|List|String|Tuple|Value) (should (be|have) |error, )", "", message)
    if kind != "model_type" and kind.endswith(
        ("_parsing", "_type", "_from_float", "too_short", "too_long")
    ):
        return expected.partition(",")[0]  # the rest explains it
    return {"json_invalid": "valid JSON", "model_type": "a JSON object"}.get(kind, expected)
