"""The result of a command, as text and as JSON."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True)
class Result:
    """A JSON document, the same as text or rich renderables, and the exit code.

    `raw` is printed as it is instead of the body, such as CSV.
    """

    document: dict[str, Any]
    body: "RenderableType"
    code: int = 0
    raw: str | None = None
