"""Continue in a new process what was running in the one that saved the state.

Processes and threads are gone. Tasks of services, endpoints, jobs and steps start again from their
beginning, timers with their interval, and asynchronous events are delivered again.
"""

import json
import logging
import shutil
import time
from typing import Any

from local import ministack, runtime
from local.codedeploy import deployments
from local.events import firehose, schedules
from local.lambda_ import async_invocations
from local.persistence.stores import KINDS
from local.sagemaker.feature_store.feature_groups import groups
from local.sagemaker.hosting import endpoints
from local.sagemaker.jobs import job as jobs
from local.sagemaker.pipelines import runner
from local.sagemaker.pipelines.execution import ENDED
from local.sagemaker.pipelines.pipeline_operations import pipelines

log = logging.getLogger(__name__)

CONTINUED = "Continued after a restart"
START_SECONDS = 10.0


def discard_folders() -> None:
    """Delete what processes of the previous server left."""
    for kind in ("ecs", "endpoints"):
        shutil.rmtree(runtime.home / "work" / kind, ignore_errors=True)


def resume() -> None:
    """Continue everything, once the server accepts requests."""
    for name, part in {
        "schedules": schedules.resume,
        "Firehose": firehose.resume,
        "feature groups": _feature_groups,
        "endpoints": _endpoints,
        "pipelines and jobs": _pipelines_and_jobs,
        "ECS": ministack.relaunch_services,
        "functions": async_invocations.resume,
        "deployments of functions": deployments.resume,
        "state machines": _executions,
    }.items():
        try:
            part()
        except Exception:
            log.exception("%s: not continued", name)


def _feature_groups() -> None:
    for group in groups.all():
        if group.offline is not None:
            group.offline.resume()


def _endpoints() -> None:
    for endpoint in endpoints.endpoints.all():
        endpoints.resume(endpoint)


def _pipelines_and_jobs() -> None:
    """Run unfinished steps again, with new jobs, and then the jobs that belong to no step."""
    abandoned: set[str] = set()
    for pipeline in pipelines.all():
        for execution in pipeline.executions.values():
            if execution.status in ENDED:
                continue
            unfinished = [s for s in execution.steps.values() if s.status not in ENDED]
            abandoned |= {m["Arn"] for s in unfinished for m in s.metadata.values() if "Arn" in m}
            runner.resume(execution, [state.name for state in unfinished])
    for kind in KINDS.values():
        for job in kind.store.all():
            if job.record[f"{kind.stem}Status"] in {"InProgress", "Stopping"}:
                _job(job, is_abandoned=job.record[f"{kind.stem}Arn"] in abandoned)


def _job(job: jobs.Job, *, is_abandoned: bool) -> None:
    stem = job.kind.stem
    if is_abandoned or job.record[f"{stem}Status"] == "Stopping":
        changes = {f"{stem}Status": "Stopped", **job.kind.status_changes(job, "Stopped")}
        job.record.update(changes, FailureReason="The local AWS was restarted")
    else:
        runtime.clock.spawn(jobs.run, job)


def _executions() -> None:
    """Continue each execution with the state that it entered last.

    One after the other: until an execution has read it, its machine has a definition with another
    start. The input of the execution, which states can read, remains.
    """
    for execution in list(ministack.executions.values()):
        machine = ministack.state_machines.get(execution["stateMachineArn"])
        if execution["status"] != "RUNNING" or machine is None:
            continue
        original = machine["definition"]
        machine["definition"] = json.dumps(continued(json.loads(original), execution["events"]))
        count, deadline = len(execution["events"]), time.monotonic() + START_SECONDS
        runtime.clock.spawn(ministack.run_execution.current(), execution["executionArn"])
        while len(execution["events"]) == count and time.monotonic() < deadline:
            time.sleep(0.01)
        machine["definition"] = original


def continued(definition: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a definition that starts with the state that was entered last, with its input."""
    entered = [
        event["stateEnteredEventDetails"]
        for event in events
        if event["type"].endswith("StateEntered")
        and event["stateEnteredEventDetails"]["name"] in definition["States"]
    ]
    if not entered:
        return definition
    result, name = json.loads(entered[-1]["input"]), entered[-1]["name"]
    start = {"Type": "Pass", "Result": result, "Next": name}
    states = {**definition["States"], CONTINUED: start}
    return {**definition, "StartAt": CONTINUED, "States": states}
