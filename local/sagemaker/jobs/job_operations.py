"""The operations on training, processing and transform jobs: create, describe, list, stop."""

from functools import partial

from local import runtime
from local.sagemaker import shapes, store, tags
from local.sagemaker.api import Json, operation
from local.sagemaker.jobs.job import Job, Kind, run


def register(kind: Kind) -> None:
    """Register the operations of a kind of jobs."""
    operations = {
        f"Create{kind.stem}": create,
        f"Describe{kind.stem}": describe,
        f"List{kind.stem}s": list_jobs,
        f"Stop{kind.stem}": stop,
    }
    for name, function in operations.items():
        operation(name)(partial(function, kind))


def create(kind: Kind, body: Json) -> Json:
    """Create a job and start it."""
    name = body[f"{kind.stem}Name"]
    arn = kind.store.arn(name)
    request = store.without_tags(kind.with_defaults(body))
    created = {f"{kind.stem}Arn": arn, "CreationTime": runtime.clock.now()}
    job = Job(kind, name, request | created)
    kind.store.add(name, job)
    tags.store(arn, body)
    job.update(**{f"{kind.stem}Status": "InProgress"}, **kind.status_changes(job, "Starting"))
    runtime.clock.spawn(run, job)
    return {f"{kind.stem}Arn": arn}


def describe(kind: Kind, body: Json) -> Json:
    """Describe a job."""
    job = kind.store.get(body[f"{kind.stem}Name"])
    return shapes.select_output(f"Describe{kind.stem}", job.record)


def list_jobs(kind: Kind, body: Json) -> Json:
    """List jobs."""
    name, status = f"{kind.stem}Name", f"{kind.stem}Status"
    records = [job.record for job in kind.store.all()]
    found = [record for record in records if store.matches(record, body, name, status)]
    response = store.paginate(f"{kind.stem}Summaries", found, body, name=name)
    return shapes.select_output(f"List{kind.stem}s", response)


def stop(kind: Kind, body: Json) -> Json:
    """Stop a job; no error if it has already ended."""
    job = kind.store.get(body[f"{kind.stem}Name"])
    if job.record[f"{kind.stem}Status"] == "InProgress":
        job.update(**{f"{kind.stem}Status": "Stopping"}, **kind.status_changes(job, "Stopping"))
        runtime.clock.spawn(job.stop)
    return {}
