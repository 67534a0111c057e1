"""Records of trainings (common/training_runs.py), with the versions that they registered."""

import json
from pathlib import PurePosixPath

from botocore.exceptions import ClientError

from cli.aws import Json, is_absent, pages, s3_object
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.models import descriptions, execution_id
from cli.terminal import note
from common.training_workflow import execution

PREFIX, FILE, RUNNING = "experiments/", "run.json", "running"
SERVED = "champion"  # whose loss is that of a training without a winner


def runs(connection: Connection) -> list[Json]:
    """Return the records of all trainings, oldest first, with the key `version`.

    The outcome of one that still runs in its record is that of its execution: failed or stopped
    trainings may have ended before anybody completed the record.
    """
    bucket = connection.outputs.bucket_name
    listed = pages(
        connection.clients("s3"), "list_objects_v2", "Contents", Bucket=bucket, Prefix=PREFIX
    )
    keys = [entry["Key"] for entry in listed if PurePosixPath(entry["Key"]).name == FILE]
    found = [_read(connection, f"s3://{bucket}/{key}") for key in keys]
    versions = {
        execution_id(model): model["ModelPackageVersion"] for model in descriptions(connection)
    }
    status = _statuses(connection)
    records = [_completed(run, versions, status) for run in found if run]
    return sorted(records, key=lambda run: str(run["time"]))


def read(connection: Connection, execution: str) -> Json | str:
    """Return the record of a training, or why there is none."""
    uri = f"s3://{connection.outputs.bucket_name}/{PREFIX}{execution}/{FILE}"
    try:
        return _read(connection, uri) or f"{uri} is not the record of a training"
    except ClientError as error:
        if is_absent(error):
            return f"{uri} does not exist"
        raise


def find(records: list[Json], name: str) -> Json:
    """Return the record of an execution id, or of its beginning; CommandError."""
    matching = [run for run in records if run["execution_id"].startswith(name)]
    exact = [run for run in matching if run["execution_id"] == name]
    if len(exact or matching) == 1:
        return (exact or matching)[0]
    known = ", ".join(run["execution_id"] for run in (matching or records)[-20:]) or "none"
    expected = "the beginning of only one" if matching else "one of the trainings"
    raise CommandError(f"RUN: got {name!r}, expected {expected}: {known}")


def served(run: Json) -> Json:
    """Return the scores of the winner, or of the champion that stayed; empty without a verdict."""
    name = (run["verdict"] or {}).get("winner") or SERVED
    scores: Json = run["contenders"].get(name, {})
    return scores


def _read(connection: Connection, uri: str) -> Json | None:
    try:
        run = json.loads(s3_object(connection.clients, uri))
    except (RecursionError, ValueError):
        run = None
    if isinstance(run, dict) and {"execution_id", "outcome", "time"} <= run.keys():
        return run
    note(f"{uri} is not the record of a training")
    return None


def _completed(run: Json, versions: dict[str | None, int], status: dict[str, str]) -> Json:
    ended = status.get(run["execution_arn"], execution.EXECUTING)
    unfinished = run["outcome"] == RUNNING and ended not in execution.RUNNING
    return {
        **run,
        "outcome": ended.lower() if unfinished else run["outcome"],
        "version": versions.get(run["execution_id"]),
    }


def _statuses(connection: Connection) -> dict[str, str]:
    """Return the status of every execution that is still listed, by its ARN."""
    return {one.arn: one.status for one in connection.workflow.listed()}
