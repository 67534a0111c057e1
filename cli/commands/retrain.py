"""`evergreen retrain`: start a training execution, and optionally wait for its end."""

import time
from typing import Annotated

import typer

from cli import training_cost
from cli.app import command
from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.decisions import decisions, tournament
from cli.queries.pause import require_running
from cli.queries.services import training_steps
from cli.queries.training_costs import cost
from cli.result import Result
from cli.terminal import note
from cli.training import request_training
from common.times import iso
from common.training_workflow.execution import SUCCEEDED, Execution

Reason = Annotated[str, typer.Option(help="Stored with the training.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until the training has ended.")]


@command(
    "retrain",
    "⑧ Start a training now; bypasses the cooldown and the daily cap.",
    changes=True,
)
def retrain(
    connection: Connection,
    reason: Reason = "requested with evergreen",
    wait: Wait = False,
    as_json: bool = False,
) -> Result:
    """Invoke the retrain trigger with a manual request."""
    require_running(connection)
    response = request_training(connection, reason, iso(connection.now))
    if account := response.get("requested_from"):
        document = {"started": False, "requested_from": account, "reason": reason}
        return Result(document, f"⑧ training requested from account {account}, by its limits")
    if not response.get("started"):
        raise CommandError(f"no training was started: {response.get('reason')}")
    note("a manual request bypasses the cooldown and the daily cap")
    arn = response["execution_arn"]
    document = {"started": True, "execution_arn": arn, "reason": reason}
    text = f"⑧ training started: {arn}"
    if not wait:
        return Result(document, text)
    if not as_json:
        print(text, flush=True)
    execution = _wait(connection, arn, quiet=as_json)
    status = execution.status
    failure = connection.workflow.failure(arn) if execution.failed else None
    spent, decided = cost(connection, arn), tournament(decisions(connection), arn)
    document |= {"status": status, "failure": failure, "cost": spent, "tournament": decided}
    document["steps"] = training_steps(connection, arn)
    end = f"④ training {status.lower()}" + (f": {failure}" if failure else "")
    if decided:
        end += f"\n④ {decided['reason']}\n{_contenders(decided)}"
    if paid := training_cost.text(spent):
        end += f"\n④ {paid}"
    return Result(document, end, 0 if status == SUCCEEDED else 1)


def _contenders(decided: Json) -> str:
    """Return a line with the loss of each contender, best first; the winner has an arrow."""
    return "\n".join(
        f"  {'→' if name == decided['winner'] else ' '} {name:<26} loss {loss:.4f}"
        for name, loss in sorted(decided["contenders"].items(), key=lambda item: float(item[1]))
    )


def _wait(connection: Connection, arn: str, *, quiet: bool) -> Execution:
    """Poll until the execution has ended, and print every change of a step's status."""
    printed: set[tuple[str, str]] = set()
    while True:
        execution = connection.workflow.describe(arn)
        for step in () if quiet else training_steps(connection, arn):
            change = (step["name"], step["status"])
            if change not in printed:
                printed.add(change)
                print(f"④ {step['name']:<14} {step['status']}", flush=True)
        if not execution.running:
            return execution
        time.sleep(connection.poll_seconds)
