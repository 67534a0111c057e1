"""Markdown files of the project: their prose, code and anchors."""

import os
import re
import unicodedata
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
GENERATED = {"build", "target"}

FENCE = re.compile(r"^ *(```|~~~)")
INLINE_CODE = re.compile(r"(`+)(?:(?!\1).)+?\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$")


@cache
def files(*suffixes):
    """Return the project's files with one of these suffixes, without hidden and built folders."""
    found = []
    for folder, folders, names in os.walk(PROJECT):
        folders[:] = [
            name for name in folders if not name.startswith(".") and name not in GENERATED
        ]
        found += [Path(folder, name) for name in names if name.endswith(suffixes)]
    return sorted(found)


@cache
def lines(file):
    """Return (number, line, is code) for each line; fences count as code."""
    found, fenced = [], False
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        fence = bool(FENCE.match(line))
        indented = line.startswith("    ") and not line.lstrip().startswith(("-", "*", "|"))
        found.append((number, line, fenced or fence or indented))
        fenced ^= fence
    return found


def prose(file):
    """Return the text without code blocks and inline code."""
    text = "\n".join("" if code else line for _, line, code in lines(file))
    return INLINE_CODE.sub("`", text)


def code(file):
    """Return code blocks and inline code, one per line."""
    blocks = [line for _, line, is_code in lines(file) if is_code]
    text = "\n".join("" if is_code else line for _, line, is_code in lines(file))
    return blocks + [match[0].strip("`") for match in INLINE_CODE.finditer(text)]


@cache
def anchors(file):
    """Return the anchors of a Markdown file's headings, as GitHub derives them."""
    found = set()
    for _, line, is_code in lines(file):
        if not is_code and (heading := HEADING.match(line)):
            text = LINK.sub("]", heading[1]).replace("[", "").replace("]", "").lower()
            slug = "".join(c for c in text if c in " -" or _is_word(c)).replace(" ", "-")
            count = 0
            while (name := f"{slug}-{count}" if count else slug) in found:
                count += 1
            found.add(name)
    return found


def _is_word(character):
    category = unicodedata.category(character)
    return category[0] in "LM" or category in {"Nd", "Pc"}
