"""`evergreen batch`: score the files below a prefix, and list what was scored."""

import uuid
from typing import Annotated

import typer

from cli.app import command, group
from cli.aws import Json
from cli.connection import Connection
from cli.invocation import invoke
from cli.queries.batch import manifests
from cli.queries.pause import require_running
from cli.result import Result
from cli.terminal import table
from common.batch_files import INPUT
from common.times import iso

COLUMNS = ("file", "model", "lines", "accepted", "rejected", "requested")
Folder = Annotated[str, typer.Argument(help=f"File or folder below {INPUT}; default: all.")]

commands = group("batch", "Scoring of files: run, list.", lists_by_default=True)


@command("list", "Files that were scored, with the version and the counts.", of=commands)
def list_(connection: Connection) -> Result:
    """Read the manifests."""
    found = manifests(connection)
    rows = [
        (
            row["input"]["key"].removeprefix(INPUT),
            row["model"]["version"],
            row["lines"],
            row["accepted"],
            row["rejected"],
            row["requested_at"],
        )
        for row in found
    ]
    return Result({"files": found}, table("scored files", rows, COLUMNS))


@command("run", "Score files now, also those that were scored before.", changes=True, of=commands)
def run(connection: Connection, folder: Folder = "") -> Result:
    """Start one run for all files in the folder."""
    require_running(connection)
    event = {
        "source": "evergreen.cli",
        "id": str(uuid.uuid4()),
        "time": iso(connection.now),
        "prefix": f"{INPUT}{folder.removeprefix(INPUT)}",
    }
    document: Json = invoke(connection, "batch_starter", event)
    files = len(document["files"])
    return Result(document, f"{document['outcome']}: {files} files", 0 if files else 1)
