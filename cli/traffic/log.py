"""The log of a run of traffic: a file with a JSON line per request."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from cli.errors import CommandError
from cli.traffic.requests import Sent


def write(file: Path, sent: Iterable[Sent]) -> None:
    """Write the log of a run; CommandError if the file exists or cannot be written."""
    try:
        with file.open("x") as out:
            out.writelines(f"{json.dumps(asdict(request))}\n" for request in sent)
    except OSError as error:
        raise CommandError(f"--log: {error}", 2) from error


def read(file: Path) -> list[Sent]:
    """Read a log; CommandError if there is none."""
    try:
        return [Sent(**json.loads(line)) for line in file.read_text().splitlines()]
    except (OSError, TypeError, ValueError) as error:
        raise CommandError(f"--log: {file}: {error}", 2) from error
