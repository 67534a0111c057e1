"""The typer application: registration of commands, and the options that all commands have."""

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.globals import get_current_context  # typer does not export it
from typer.core import TyperGroup

from cli import target
from cli.errors import CommandError
from cli.result import Result
from cli.terminal import make_console, note

if TYPE_CHECKING:
    from typer._click.core import Context

    from cli.connection import Connection

Connect = Callable[[target.Target, str], "Connection"]
INTERRUPTED = 130

app = typer.Typer(
    name="evergreen",
    help="Observe and control an Evergreen loop, on AWS or on the local AWS.",
    no_args_is_help=True,
)


def one_of(*names: str) -> Callable[[str], str]:
    """Return the parser of an option with these choices."""

    def parse(text: str) -> str:
        if text not in names:
            raise typer.BadParameter(f"got {text!r}, expected one of {', '.join(names)}")
        return text

    return parse


def positive(value: str | int) -> int:
    """Parse a positive integer; the default value is one already."""
    if not re.fullmatch("[1-9][0-9]{0,8}", text := str(value)):
        raise typer.BadParameter(f"got {text!r}, expected a number above 0")
    return int(text)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Prefix = Annotated[str, typer.Option(envvar="EVERGREEN_PREFIX", help="Terraform variable prefix.")]
Home = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of a running local AWS (EVERGREEN_HOME)."),
]
TargetName = Annotated[
    str | None,
    typer.Option(
        "--target",
        parser=one_of("local", "aws"),
        metavar="local|aws",
        help="AWS to work on; default: the local one while it runs.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before changing an AWS account.")]


class _ListsByDefault(TyperGroup):
    """A command with subcommands that runs `list` if none is named."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        lists = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["list", *args] if lists else args)


def group(name: str, help_text: str, *, lists_by_default: bool = False) -> typer.Typer:
    """Return the application of a command with subcommands, such as `evergreen dead-letters`."""
    commands = typer.Typer(
        no_args_is_help=not lists_by_default,
        help=help_text,
        cls=_ListsByDefault if lists_by_default else None,
    )
    app.add_typer(commands, name=name)
    return commands


def command(
    name: str,
    help_text: str,
    *,
    changes: bool = False,
    lazy: bool = False,
    resumable: bool = False,
    of: typer.Typer = app,
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Register `function(connection, …) -> Result` as a command (of a group).

    A command that `changes` something requires an unambiguous target, and a confirmation on AWS;
    one with an option `yes` of its own asks by itself, on every target. A `lazy` command gets a
    function that connects, because it can do without a deployment. A `resumable` command
    continues an interrupted run.
    """

    def register(function: Callable[..., Result]) -> Callable[..., Result]:
        shared: dict[str, tuple[Any, Any]] = {
            "as_json": (AsJson, False),
            "prefix": (Prefix, "evergreen"),
        }
        shared |= {"home": (Home, None), "target_name": (TargetName, None)}
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())
        own = [p for p in parameters if p.name not in {"as_json", "connect", "connection"}]
        asks = any(p.name == "yes" for p in own)
        if changes and not asks:
            shared["yes"] = (Yes, False)
        kind = inspect.Parameter.KEYWORD_ONLY
        options = [p.replace(kind=kind) for p in own] + [
            inspect.Parameter(key, kind, annotation=annotation, default=default)
            for key, (annotation, default) in shared.items()
        ]

        def run_command(**values: Any) -> Result:
            options = {key: values.pop(key) for key in shared}
            if "as_json" in {p.name for p in parameters}:
                values["as_json"] = options["as_json"]

            def connect() -> "Connection":
                return _connect(**options, changes=changes, asks=asks)

            access = connect if lazy else connect()
            try:
                return function(access, **values)
            except KeyboardInterrupt:
                again = "; run the same command again to resume" if resumable else ""
                raise CommandError(f"stopped{again}", INTERRUPTED) from None

        vars(run_command)["__signature__"] = inspect.Signature(options)
        run_command.__annotations__ = {p.name: p.annotation for p in options}
        of.command(name, help=help_text)(run_command)
        return function

    return register


def _connect(
    *,
    prefix: str,
    home: Path | None,
    target_name: str | None,
    changes: bool,
    asks: bool,
    **more: bool,
) -> "Connection":
    from cli.connection import connect  # noqa: PLC0415 - only commands need it, not --help

    chosen = target.choose(home, target_name)
    connect = get_current_context().obj or connect
    connection = connect(chosen, prefix)
    note(str(connection))
    if changes:
        refuse_ambiguous(connection)
    _ = connection.outputs  # fail early without a deployment
    if changes and not asks and not connection.target.is_local and not more["yes"]:
        confirm(f"This changes AWS account {connection.account}", "this changes an AWS account")
    return connection


def refuse_ambiguous(connection: "Connection") -> None:
    """Raise CommandError unless it is clear which AWS is meant."""
    if names := connection.target.conflicts:
        raise CommandError(
            f"a local AWS is running and {', '.join(names)} is set: name the one to change with "
            "--target local or --target aws",
            2,
        )


def confirm(statement: str, refusal: str) -> None:
    """Ask for confirmation of a statement; CommandError unless it is given.

    Without a terminal the command fails with the refusal.
    """
    if not sys.stdin.isatty():
        raise CommandError(f"{refusal}: confirm it with --yes", 2)
    console = make_console(stderr=True)
    console.print(f"{statement}. Continue? [y/N] ", end="")
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise CommandError("nothing was changed")
