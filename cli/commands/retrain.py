"""`evergreen retrain`: asks the loop for a training, and can stay until it is done."""

import argparse
import json
import time
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from cli.commands.outcome import Outcome
from cli.connection import Connection
from cli.errors import CommandError
from cli.reads.aws import Json, absent, iso
from cli.reads.running import steps

RUNNING = frozenset({"Executing", "Stopping"})


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("retrain", parents=[common], help="⑧ start a training now")
    parser.add_argument("--reason", default="requested with evergreen", help="kept with it")
    parser.add_argument("--wait", action="store_true", help="stay until the training is done")
    parser.set_defaults(run=run)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Invoke the retrain trigger as a person; it answers whether a training has begun."""
    answer = _ask(connection, given.reason)
    if not answer.get("started"):
        raise CommandError(f"No training was started: {answer.get('reason')}.")
    arn = answer["execution_arn"]
    document = {"started": True, "execution_arn": arn, "reason": given.reason}
    text = f"⑧ training started: {arn}"
    if not given.wait:
        return Outcome(document, text)
    if not given.json:
        print(text, flush=True)
    execution = _wait(connection, arn, quiet=given.json)
    status, failure = execution["PipelineExecutionStatus"], execution.get("FailureReason")
    done = {"status": status, "failure": failure, "steps": _steps(connection, arn)}
    end = f"④ training {status.lower()}" + (f": {failure}" if failure else "")
    return Outcome(document | done, end, 0 if status == "Succeeded" else 1)


def _ask(connection: Connection, reason: str) -> Json:
    name = f"{connection.prefix}-retrain-trigger"
    event = {
        "source": "evergreen.cli",
        "id": str(uuid4()),
        "time": iso(connection.now),
        "detail-type": "Retrain Requested",
        "detail": {"reason": reason},
    }
    try:
        answer = connection.clients("lambda").invoke(
            FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(event)
        )
    except ClientError as error:
        if absent(error):
            raise CommandError(
                f"There is no function {name}: no Evergreen is deployed here under the prefix "
                f"{connection.prefix}."
            ) from error
        raise
    payload: Json = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise CommandError(f"{name} failed: {payload.get('errorMessage')}")
    return payload


def _wait(connection: Connection, arn: str, *, quiet: bool) -> Json:
    """Poll until the execution is done, telling each change of a step."""
    told: set[tuple[str, str]] = set()
    while True:
        execution: Json = connection.clients("sagemaker").describe_pipeline_execution(
            PipelineExecutionArn=arn
        )
        for step in () if quiet else _steps(connection, arn):
            change = (step["name"], step["status"])
            if change not in told:
                told.add(change)
                print(f"④ {step['name']:<14} {step['status']}", flush=True)
        if execution["PipelineExecutionStatus"] not in RUNNING:
            return execution
        time.sleep(connection.poll_seconds)


def _steps(connection: Connection, arn: str) -> list[Json]:
    return steps(connection.clients, {"PipelineExecutionArn": arn})
