"""`evergreen`: parses what was typed, runs one command, prints its outcome.

Exit codes: 0 done; 1 refused, with a sentence; 2 nothing to talk to, or not typed right.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.commands import approve, audit, backfill, history, minutes, replay, retrain, status
from cli.commands.outcome import Outcome
from cli.connection import Connection, connect
from cli.errors import CommandError

Reach = Callable[[str, Path | None], Connection]


def main(arguments: Sequence[str] | None = None, reach: Reach = connect) -> int:
    """Run one command -> exit code. `reach` finds the deployment."""
    given = _parser().parse_args(arguments)
    try:
        connection = reach(given.prefix, given.home)
        if connection.found and not given.json:
            print(connection.found)
        outcome: Outcome = given.run(connection, given)
    except CommandError as error:
        return _failed(str(error), error.code, as_json=given.json)
    except ClientError as error:
        said = error.response["Error"]
        sentence = f"AWS refused {error.operation_name}: {said['Code']}: {said.get('Message')}"
        return _failed(sentence, 1, as_json=given.json)
    except BotoCoreError as error:
        return _failed(f"AWS could not be asked: {error}", 2, as_json=given.json)
    except KeyboardInterrupt:
        return 130
    try:
        print(json.dumps(outcome.document, indent=2) if given.json else outcome.text, flush=True)
    except BrokenPipeError:  # the reader has seen enough; nor can Python flush at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return outcome.code


def _failed(sentence: str, code: int, *, as_json: bool) -> int:
    print(f"evergreen: {sentence}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": sentence}, indent=2))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evergreen", description="See and steer an Evergreen loop, on AWS or local."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = _common()
    for command in (status, approve, retrain, history, minutes, audit, replay, backfill):
        command.add_to(commands, common)
    return parser


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument(
        "--prefix",
        default=os.environ.get("EVERGREEN_PREFIX") or "evergreen",
        help="the deployment's Terraform variable prefix (EVERGREEN_PREFIX; default: evergreen)",
    )
    common.add_argument(
        "--home", type=Path, help="folder of a running local AWS (EVERGREEN_HOME)", metavar="DIR"
    )
    return common


if __name__ == "__main__":
    sys.exit(main())
