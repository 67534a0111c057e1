"""The sections of docs/runbook.md on alarms: what each means, and what to do first. Pure."""

import re
from dataclasses import dataclass

HEADING = re.compile(r"^### (\S+)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@dataclass(frozen=True, slots=True)
class Section:
    """A section on an alarm: its first paragraph and the first of its numbered steps."""

    meaning: str
    first_action: str


def parse(text: str) -> dict[str, Section]:
    """Return the sections by their headings of the third level."""
    parts = HEADING.split(text)
    return {
        name: _section(body.partition("\n## ")[0])
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def _section(body: str) -> Section:
    meaning, _, steps = body.strip().partition("\n\n")
    first = re.search(r"^1\. (.+?)(?=\n\d\. |\n\n|\Z)", steps, re.MULTILINE | re.DOTALL)
    return Section(_plain(meaning), _plain(first[1]) if first else "")


def _plain(text: str) -> str:
    """Return Markdown as one line without links and signs of code."""
    return " ".join(LINK.sub(r"\1", text).replace("`", "").split())
