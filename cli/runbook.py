"""docs/runbook.md of this checkout: what an alarm means, and what to do first."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from common.runbook import Section, parse

FILE = Path(__file__).resolve().parent.parent / "docs" / "runbook.md"


def section(anchor: str) -> Section | None:
    """Return the section of an alarm by the anchor in its description; None without one."""
    return _sections().get(anchor)


@cache
def _sections() -> Mapping[str, Section]:
    return parse(FILE.read_text(encoding="utf-8"))
