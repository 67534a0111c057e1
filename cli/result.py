"""What a command has to say, for people and for programs."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a command: a JSON document, the same as text, and the exit code."""

    document: dict[str, Any]
    text: str
    code: int = 0
