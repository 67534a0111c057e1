"""Run a command: parse, execute, print its result or its error.

Exit codes: 0 success; 1 the command failed; 2 usage error, or no AWS to work on; 130 interrupted.
"""

import json
import os
import sys
from collections.abc import Sequence

import typer
from typer._click.exceptions import UsageError  # typer exports only its subclasses

from cli import commands  # noqa: F401 - registers them
from cli.app import Connect, app
from cli.errors import EXPECTED, explain
from cli.result import Result
from cli.terminal import configure_streams, print_body


def run(arguments: Sequence[str], connect: Connect | None = None) -> int:
    """Run one command and return its exit code."""
    configure_streams()
    as_json = "--json" in arguments
    try:
        result = app(list(arguments), prog_name="evergreen", standalone_mode=False, obj=connect)
    except UsageError as error:
        return _failed(message, 2, as_json=as_json) if (message := _usage(error)) else 2
    except EXPECTED as error:
        failure = explain(error)
        return _failed(str(failure), failure.code, as_json=as_json)
    if isinstance(result, Result):
        return _print(result, as_json=as_json)
    return int(result or 0)  # --help, completion


def _print(result: Result, *, as_json: bool) -> int:
    try:
        if as_json:
            print(json.dumps(result.document, indent=2), flush=True)
        elif result.raw is not None:
            print(result.raw, end="", flush=True)
        else:
            print_body(result.body)
    except BrokenPipeError:  # `| head`; Python must not flush again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return result.code


def _usage(error: UsageError) -> str:
    parameter = getattr(error, "param", None)
    if isinstance(error, typer.BadParameter) and parameter is not None and error.message:
        return f"{(parameter.opts or [parameter.name])[0]}: {error.message}"
    return error.format_message()


def _failed(message: str, code: int, *, as_json: bool) -> int:
    print(f"evergreen: {message}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": message}, indent=2))
    return code
