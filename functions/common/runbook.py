"""The sections of docs/runbook.md on alarms: what each means, and what to do first. Pure."""

import re
from dataclasses import dataclass
from typing import Self

HEADING = re.compile(r"^### (\S+)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
PREFIX = re.compile(r"(?<!\w)P(?=[-/])")  # as the runbook writes it: P-archive, /P/quality
PLACEHOLDER = re.compile(r"<([a-z]+)>")


@dataclass(frozen=True, slots=True)
class Section:
    """A section on an alarm: its first paragraph and the first of its numbered steps."""

    meaning: str
    first_action: str

    def of_alarm(self, name: str, prefix: str) -> Self:
        """Return it with the names of an alarm and its resources instead of `P` and `<function>`.

        The alarm's name is compared with those in the meaning: `P-<function>-errors`. What it does
        not say remains.
        """
        values: dict[str, str] = {}
        for template in re.findall(r"(?<!\S)P-[a-z<>-]+", self.meaning):
            pattern = PLACEHOLDER.sub(r"(?P<\1>.+?)", _with_prefix(template, re.escape(prefix)))
            if found := re.fullmatch(pattern, name):
                values |= found.groupdict()

        def filled(text: str) -> str:
            text = PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
            return _with_prefix(text, prefix)

        return type(self)(filled(self.meaning), filled(self.first_action))


def parse(text: str) -> dict[str, Section]:
    """Return the sections by their headings of the third level."""
    parts = HEADING.split(text)
    return {
        name: _section(body.partition("\n## ")[0])
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def _with_prefix(text: str, prefix: str) -> str:
    return PREFIX.sub(lambda _: prefix, text)


def _section(body: str) -> Section:
    meaning, _, steps = body.strip().partition("\n\n")
    first = re.search(r"^1\. (.+?)(?=\n\d\. |\n\n|\Z)", steps, re.MULTILINE | re.DOTALL)
    return Section(_plain(meaning), _plain(first[1]) if first else "")


def _plain(text: str) -> str:
    """Return Markdown as one line without links and signs of code."""
    return " ".join(LINK.sub(r"\1", text).replace("`", "").split())
