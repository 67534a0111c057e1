"""The reference of the `evergreen` command, from the application itself."""

from collections.abc import Iterator
from typing import Any

import typer.main

import cli.commands
from cli.app import app
from scripts.site.tables import table

SHARED = ("as_json", "prefix", "home", "target_name", "yes")  # options of every command


def page() -> str:
    """Return the page."""
    assert cli.commands.__all__, "importing the module registers the commands"  # noqa: S101
    root: Any = typer.main.get_command(app)
    found = dict(_commands(root, "evergreen"))
    some = found["evergreen retrain"]
    shared = [p for p in some.params if p.name in SHARED]
    parts = ["# The evergreen command", str(root.help), "Options of every command:"]
    parts.append(_options(shared))
    parts.append("Exit codes: 0, 1 for an error, 2 for a wrong call, 130 after Ctrl-C.")
    for name, command in found.items():
        own = [p for p in command.params if p.name not in SHARED]
        arguments = [p for p in own if p.param_type_name == "argument"]
        usage = " ".join([name, *(_usage(p) for p in arguments)])
        parts += [f"## {name}", str(command.help or "").strip(), f"```\n{usage} [OPTIONS]\n```"]
        if own:
            parts.append(_options(own))
    return "\n\n".join(parts) + "\n"


def _commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for child in group.commands.values():
        full = f"{name} {child.name}"
        if hasattr(child, "commands"):
            yield from _commands(child, full)
        else:
            yield full, child


def _options(parameters: list[Any]) -> str:
    return table(("option", "meaning", "default"), [_row(p) for p in parameters])


def _row(parameter: Any) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    if parameter.param_type_name == "argument":
        names = f"`{_usage(parameter)}`"
    default = parameter.default
    shown = "" if default in (None, False, ()) or callable(default) else f"`{default}`"
    if parameter.envvar:
        shown = f"{shown} or `${parameter.envvar}`"
    return names, str(getattr(parameter, "help", "") or ""), shown


def _usage(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper()).strip("[]")
    name = f"{name}…" if parameter.nargs == -1 else name
    return name if parameter.required else f"[{name}]"
