"""`evergreen pause` and `resume`: stop and start what costs and what runs by itself."""

from typing import Annotated

import typer

from cli import switches
from cli.app import command
from cli.aws import Json, operator
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.pause import pause_state
from cli.queries.services import deployment, endpoints, poller, training
from cli.result import Result
from cli.terminal import note
from common.times import iso
from common.training_workflow.execution import RUNNING

Reason = Annotated[str, typer.Option(help="Shown by evergreen status.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for a training or deployment that runs.")]


@command(
    "pause",
    "Stop poller, schedules and endpoints; evergreen resume starts them again.",
    changes=True,
    resumable=True,
)
def pause(
    connection: Connection, reason: Reason = "paused with evergreen", wait: Wait = False
) -> Result:
    """Switch everything off that costs; nothing is lost that the source still has."""
    earlier = pause_state(connection) or {}
    _require_idle(connection, wait=wait)
    state: Json = {
        "phase": "pausing",
        "since": earlier.get("since") or iso(connection.now),
        "by": earlier.get("by") or operator(connection.clients),
        "reason": earlier.get("reason") or reason,
        # Endpoints that an interrupted pause has deleted already are still remembered.
        "endpoints": earlier.get("endpoints", {}) | switches.endpoint_configs(connection),
    }
    switches.remember(connection, state)
    switches.silence_alarms(connection, on=False)
    switches.schedules(connection, on=False)
    switches.scale_poller(connection, 0)
    _require_idle(connection, wait=wait)  # a schedule may have started one just before
    state["endpoints"] |= switches.endpoint_configs(connection)
    switches.remember(connection, state)
    if remaining := switches.delete_endpoints(connection):
        raise CommandError(f"not deleted yet: {', '.join(remaining)}; run evergreen pause again")
    state["phase"] = "paused"
    switches.remember(connection, state)
    return Result({"paused": True, **state}, _paused_text(connection, state))


@command("resume", "Start again what evergreen pause stopped.", changes=True, resumable=True)
def resume(connection: Connection) -> Result:
    """Create the endpoints, start the poller, enable the schedules and, last, the alarms."""
    if (state := pause_state(connection)) is None:
        return Result({"paused": False, "was_paused": False}, "the loop is not paused")
    switches.remember(connection, state | {"phase": "resuming"})
    switches.create_endpoints(connection, state["endpoints"])
    switches.scale_poller(connection, connection.outputs.paused["desired_count"])
    switches.wait(connection, lambda: not _starting(connection, state))
    if waiting := _starting(connection, state) + _failed(connection):
        raise CommandError(f"not resumed yet: {'; '.join(waiting)}; run evergreen resume again")
    switches.schedules(connection, on=True)
    switches.silence_alarms(connection, on=True)
    switches.forget(connection)
    document = {"paused": False, "was_paused": True, **state, "phase": "running"}
    text = f"the loop runs again; it was paused since {state['since']}\n{_gap(connection)}"
    return Result(document, text)


def _require_idle(connection: Connection, *, wait: bool) -> None:
    """Wait until no training and no deployment runs, or raise CommandError that names them."""
    if not (busy := _busy(connection)):
        return
    if not wait:
        raise CommandError(
            f"{'; '.join(busy)}: wait for the end with evergreen pause --wait, or decide on what "
            "waits for an approval"
        )
    note(f"waiting: {'; '.join(busy)}")
    if not switches.wait(connection, lambda: not _busy(connection)):
        raise CommandError(f"{'; '.join(_busy(connection))}: it still runs; pause again later")


def _busy(connection: Connection) -> list[str]:
    found = []
    if (row := training(connection)) and row["status"] in RUNNING:
        found.append(f"a training runs since {row['started']}, at {row['step']}")
    if row := deployment(connection):
        found.append(f"a deployment runs since {row['started']}, at {row['state']}")
    return found


def _starting(connection: Connection, state: Json) -> list[str]:
    """Return what has not started yet: endpoints of the pause, tasks of the poller."""
    rows = [row for row in endpoints(connection) if row["stage"] in state["endpoints"]]
    busy = [
        f"{row['endpoint']} is {row['status']}"
        for row in rows
        if row["status"] in {None, *switches.BUSY}
    ]
    service = poller(connection)
    if service and service["running"] < service["desired"]:
        busy.append(f"the poller has {service['running']} of {service['desired']} tasks")
    return busy


def _failed(connection: Connection) -> list[str]:
    return [
        f"{row['endpoint']} is Failed: delete it"
        for row in endpoints(connection)
        if row["status"] == "Failed"
    ]


def _paused_text(connection: Connection, state: Json) -> str:
    kept = ", ".join(state["endpoints"].values()) or "none"
    return "\n".join(
        [
            f"the loop is paused since {state['since']}",
            "stopped: poller, schedules, mail of the alarms that silence raises",
            f"deleted: endpoints; resume creates them again from: {kept}",
            _gap(connection),
        ]
    )


def _gap(connection: Connection) -> str:
    """Say what happens to the transactions of the pause."""
    if hours := connection.outputs.paused["backfill_hours"]:
        return (
            f"the poller reads the last {hours} hours of the gap from the source's history, as "
            "far as it has one; earlier minutes remain unknown (evergreen audit)"
        )
    return (
        "minutes of the pause remain unknown (evergreen audit), because poller.backfill is not set"
    )
