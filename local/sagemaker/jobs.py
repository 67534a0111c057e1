"""The operations on training, processing and transform jobs: create, describe, list, stop."""

from functools import partial
from typing import Any

from local import runtime
from local.sagemaker import shapes, state, tags
from local.sagemaker.api import operation
from local.sagemaker.job import Job, JobFailedError, JobStoppedError, Kind, run

__all__ = ["Job", "JobFailedError", "JobStoppedError", "Kind", "register"]

Json = dict[str, Any]


def register(kind: Kind) -> None:
    """Make the operations of a kind of jobs."""
    answers = {"Create": create, "Describe": describe, "Stop": stop}
    for verb, answer in answers.items():
        operation(f"{verb}{kind.stem}")(partial(answer, kind))
    operation(f"List{kind.stem}s")(partial(list_jobs, kind))


def create(kind: Kind, body: Json) -> Json:
    """Accept a job and start it."""
    name = body[f"{kind.stem}Name"]
    arn = kind.store.arn(name)
    given = {key: value for key, value in kind.complete(body).items() if key != "Tags"}
    facts = {f"{kind.stem}Arn": arn, "CreationTime": runtime.clock.now()}
    job = Job(kind, name, given | facts)
    kind.store.add(name, job)
    tags.keep(arn, body)
    job.move(**{f"{kind.stem}Status": "InProgress"}, **kind.at(job, "Starting"))
    runtime.clock.spawn(run, job)
    return {f"{kind.stem}Arn": arn}


def describe(kind: Kind, body: Json) -> Json:
    """Show a job."""
    job = kind.store.get(body[f"{kind.stem}Name"])
    with kind.store.lock:
        return shapes.fit(f"Describe{kind.stem}", job.record)


def list_jobs(kind: Kind, body: Json) -> Json:
    """Show the jobs that a list request asks for."""
    stem = kind.stem
    with kind.store.lock:
        found = [dict(job.record) for job in kind.store.all()]
    found = [job for job in found if state.wanted(job, body, f"{stem}Name", f"{stem}Status")]
    answer = state.page(f"{stem}Summaries", found, body, name=f"{stem}Name")
    return shapes.fit(f"List{stem}s", answer)


def stop(kind: Kind, body: Json) -> Json:
    """Ask a job to end; that it has ended already is no error."""
    job = kind.store.get(body[f"{kind.stem}Name"])
    with kind.store.lock:
        if job.record[f"{kind.stem}Status"] != "InProgress":
            return {}
        job.move(**{f"{kind.stem}Status": "Stopping"}, **kind.at(job, "Stopping"))
    runtime.clock.spawn(job.stop)
    return {}
