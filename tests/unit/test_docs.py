"""Documentation: relative links resolve, make targets exist, prose is wrapped."""

import re
from urllib.parse import unquote

import pytest

from tests.support.markdown import LINK, PROJECT, anchors, code, files, lines, prose

WIDTH = 100
TARGET = re.compile(r"(?:^|[\s`($|])make(?: [A-Z_]+=\S+)* ([a-z][a-z-]*)")


def markdown():
    return [pytest.param(file, id=str(file.relative_to(PROJECT))) for file in files(".md")]


def broken_links(file):
    """Return the relative links whose file or anchor does not exist."""
    broken = []
    for link in LINK.findall(prose(file)):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def long_lines(file):
    """Return lines of prose above WIDTH characters; the targets of links do not count."""
    return [
        f"line {number}: {len(line)} characters"
        for number, line, is_code in lines(file)
        if not is_code
        and not line.lstrip().startswith("|")
        and len(LINK.sub("]", line)) > WIDTH
        and " " in line.strip()
    ]


@pytest.mark.parametrize("file", markdown())
def test_relative_links_resolve(file):
    assert broken_links(file) == []


@pytest.mark.parametrize("file", markdown())
def test_named_make_targets_exist(file):
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = {target for line in code(file) for target in TARGET.findall(line)}
    assert named - targets == set()


@pytest.mark.parametrize("file", markdown())
def test_prose_is_wrapped(file):
    assert long_lines(file) == []


def test_defects_of_a_document_are_found(tmp_path):
    file = tmp_path / "guide.md"
    file.write_text(
        "# A title: `code` & more\n\n"
        "[there](#a-title-code--more) [no](#a-title) [gone](gone.md)\n\n"
        f"```\n{'x y' * 50} [code](missing.md)\nmake nothing\n```\n\n{'long ' * 21}\n\n"
        "Run `make FILE=a something`.\n"
    )
    assert broken_links(file) == ["#a-title", "gone.md"]
    assert long_lines(file) == ["line 10: 105 characters"]
    assert [t for line in code(file) for t in TARGET.findall(line)] == ["nothing", "something"]
