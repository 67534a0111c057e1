"""`evergreen monitor`: measure a stage now, and compare its data with the baseline."""

import time
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from cli.app import command
from cli.aws import Json
from cli.commands.drift import Stage, drift_table
from cli.connection import Connection
from cli.errors import CommandError
from cli.invocation import invoke
from cli.queries import monitoring_jobs
from cli.queries.pause import require_running
from cli.result import Result
from cli.terminal import sections, table
from common.times import iso

Wait = Annotated[bool, typer.Option("--wait", help="Wait for the job, and print what it found.")]


@command(
    "monitor",
    "⑦ Measure a stage now, and compare a day of its data with the baseline.",
    changes=True,
)
def monitor(connection: Connection, stage: Stage = "production", wait: Wait = False) -> Result:
    """Measure beside the readings of the alarm, and start a job; print what they found."""
    require_running(connection)
    event = {"time": iso(connection.now), "stage": stage}
    reading = invoke(connection, "monitoring_collector", event | {"trigger": "command"})
    job = invoke(connection, "monitoring_job_starter", event)
    document: Json = {"stage": stage, "time": event["time"], "reading": reading, "job": job}
    body = [_reading(reading), f"⑦ job: {job.get('job') or job['reason']}"]
    if not wait or "job" not in job:
        return Result(document, sections(*body))
    failure = _wait(connection, job["job"])
    if failure is not None:
        raise CommandError(f"{job['job']} failed: {failure}")
    found = {name: monitoring_jobs.document(connection, stage, name) for name in job["analyses"]}
    document["results"] = found
    body += [_result(name, result) for name, result in found.items()]
    return Result(document, sections(*body))


def _wait(connection: Connection, name: str) -> str | None:
    """Return the reason of a failure after the job's end, None if it succeeded."""
    while True:
        job = connection.clients("sagemaker").describe_processing_job(ProcessingJobName=name)
        if job["ProcessingJobStatus"] == "Completed":
            return None
        if job["ProcessingJobStatus"] in ("Failed", "Stopped"):
            return job.get("ExitMessage") or job.get("FailureReason") or "it was stopped"
        time.sleep(connection.poll_seconds)


def _reading(reading: Json) -> RenderableType:
    if "metrics" not in reading:
        return f"⑦ forecasts: {reading['reason']}"
    if not reading["metrics"]:
        return "⑦ forecasts: no window could be scored"
    values: dict[str, Any] = {}
    for name, value in reading["metrics"].items():
        if isinstance(value, dict):
            values |= {f"{name} {level}": share for level, share in value.items()}
        else:
            values[name] = value
    rows = [(name, None if value is None else f"{value:.4g}") for name, value in values.items()]
    return table("⑦ forecasts", rows, ("metric", "value"))


def _result(name: str, result: Json) -> RenderableType:
    if name == "drift":
        return drift_table(result)
    if not result["violations"]:
        return f"⑦ {name}: no violations"
    rows = [(v["constraint_check_type"], v["description"]) for v in result["violations"]]
    return table(f"⑦ {name}", rows, ("check", "violation"))
