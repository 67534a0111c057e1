"""Blocks and texts of the Terraform modules, read without Terraform."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import hcl2

TERRAFORM = Path(__file__).parents[2] / "terraform"
PREFIX = "some-prefix"


def unquoted(text):
    """Remove the quotation marks that the parser leaves."""
    return text.strip('"')


def folders():
    """Return the root module and all others."""
    return [TERRAFORM, *sorted(path for path in TERRAFORM.glob("modules/*") if path.is_dir())]


@cache
def parsed(folder: Path) -> list[dict[str, Any]]:
    """Return the content of all files of a module; parsing takes a tenth of a second a file."""
    return [hcl2.loads(file.read_text()) for file in sorted(folder.glob("*.tf"))]


def blocks(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Return the blocks of one kind, such as `locals`, of all files of a module."""
    return [block for document in parsed(folder) for block in document.get(kind, [])]


def resources(folder: Path):
    """Yield type, name and arguments of each resource."""
    for block in blocks(folder, "resource"):
        for kind, named in block.items():
            for name, arguments in named.items():
                yield unquoted(kind), unquoted(name), arguments


def local_value(folder: Path, name: str):
    """Return a local value as it is written."""
    [found] = [block[name] for block in blocks(folder, "locals") if name in block]
    return found


def rendered(folder: Path, text: str) -> str:
    """Replace references by what they contain: the prefix, local values, otherwise a word."""

    def replace(match):
        name = match[1]
        if name.endswith("prefix"):
            return PREFIX
        if name.startswith("local."):
            return rendered(folder, local_value(folder, name.removeprefix("local.")))
        return "word"

    return re.sub(r"\$\{([^}]+)\}", replace, unquoted(text))
