"""Imports: no cycles of files or folders, and MiniStack only in the module meant for it."""

import ast
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FOLDERS = (
    "benchmarks",
    "cli",
    "demo",
    "functions",
    "local",
    "poller",
    "sagemaker_pipelines",
    "scripts",
    "streaming",
)


def module_of(file):
    """Return the path of a file as a tuple of names, e.g. ("local", "clock", "clock")."""
    return file.relative_to(PROJECT).with_suffix("").parts


FILES = {module_of(file): file for name in FOLDERS for file in (PROJECT / name).rglob("*.py")}


def imported_names(file):
    """Yield the dotted names that a file imports, also within functions and for types only."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def resolve(name):
    """Return the module of the project that defines a dotted name, None for a library."""
    for root in ((), ("functions",)):
        parts = (*root, *name.split("."))
        for end in (len(parts), len(parts) - 1):
            for candidate in (parts[:end], (*parts[:end], "__init__")):
                if candidate in FILES and end > len(root):
                    return candidate
    return None


@cache
def graphs():
    """Return for each folder a graph of its files and subfolders: what imports what."""
    found = defaultdict(lambda: defaultdict(set))
    for importer, file in FILES.items():
        for imported in filter(None, map(resolve, imported_names(file))):
            level = 0
            while importer[level] == imported[level] and level < len(importer) - 1:
                level += 1
            if importer != imported:
                found[importer[:level]][importer[level]].add(imported[level])
    return found


def cycles(folder):
    for place, graph in sorted(graphs().items()):
        if place[:1] != folder:
            continue
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            yield f"{'/'.join(place)}: {' <- '.join(error.args[1])}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_cycle_of_files_or_folders_in(folder):
    assert list(cycles((folder,))) == []


def test_no_cycle_of_top_level_folders():
    assert list(cycles(())) == []


def test_names_resolve_to_files():
    assert resolve("local.clock.clock.Clock") == ("local", "clock", "clock")
    assert resolve("cli.commands") == ("cli", "commands", "__init__")
    assert resolve("local.clock") is None  # a namespace package
    assert resolve("json.loads") is None


def test_only_one_module_uses_the_names_of_ministack():
    users = {
        "/".join(module)
        for module, file in FILES.items()
        if any(name.split(".")[0] == "ministack" for name in imported_names(file))
        or '"ministack.' in file.read_text()
    }
    assert users <= {"local/emulator"}
