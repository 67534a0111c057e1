"""`evergreen console`: the loop as a page in the browser, and its decisions."""

import threading
import webbrowser
from typing import Annotated, Any

import typer

from cli.app import command, refuse_ambiguous
from cli.aws import Json
from cli.commands import (
    approve,
    cost,
    dead_letters,
    drift,
    experiments,
    history,
    retrain,
    rollback,
    status,
)
from cli.connection import Connection, connect
from cli.errors import CommandError
from cli.queries.archive_objects import first_hour
from cli.queries.decisions import decisions
from cli.queries.monitoring import monitoring_results
from cli.result import Result
from cli.terminal import note
from cli.web_console.commands import Commands
from cli.web_console.feed import Access, Feed, Part

READINGS = 24 * 7  # of the charts
COMMANDS = Commands(
    approve=approve.approve,
    cost=cost.cost,
    dead_letters=dead_letters.list_,
    drift=drift.drift,
    experiments=experiments.list_,
    history=history.history,
    redrive=dead_letters.redrive,
    reject=approve.reject,
    retrain=retrain.retrain,
    rollback=rollback.rollback,
    status=status.status,
)

Port = Annotated[
    int | None,
    typer.Option(min=1, max=65_535, help="Default: 8642, or the next free one."),
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")]


@command("console", "①–⑧ The loop as a page in the browser: state, charts, decisions.")
def console(connection: Connection, port: Port = None, browser: Browser = True) -> Result:
    """Serve the page on 127.0.0.1 until Ctrl-C."""
    refuse_ambiguous(connection)
    from cli.web_console import server  # noqa: PLC0415 - half a second, which --help does not need

    listener = server.listen(port)
    access = Access(lambda: connect(connection.target, connection.prefix))

    def started(url: str) -> None:
        print(f"console: {url}", flush=True)
        note("Ctrl-C stops it; the address is only for this run")
        if browser:
            threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()

    server.serve(listener, Feed(access, parts(connection)), COMMANDS, str(connection), started)
    return Result({"stopped": True}, "the console has stopped")


def parts(connection: Connection) -> dict[str, Part]:
    """Return what the page reads, and how often: on AWS less often, because calls take longer."""
    slower = 1 if connection.target.is_local else 10

    def of(read: Any, seconds: float) -> Part:
        return Part(read, seconds * slower)

    return {
        "cost": of(lambda c: COMMANDS.cost(lambda: c, deployed=True).document, 300),
        "drift": of(_drift, 60),
        "history": of(lambda c: COMMANDS.history(c, limit=50).document, 15),
        "log": of(decisions, 10),
        "readings": of(lambda c: monitoring_results(c, last=READINGS), 30),
        "runs": of(lambda c: COMMANDS.experiments(c, limit=50).document, 15),
        "since": of(first_hour, 3600),
        "status": of(lambda c: COMMANDS.status(c).document, 3),
    }


def _drift(connection: Connection) -> Json:
    """Return the newest analysis, or why there is `none` yet."""
    try:
        return COMMANDS.drift(connection).document
    except CommandError as error:
        return {"none": str(error)}
