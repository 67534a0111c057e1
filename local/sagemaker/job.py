"""What training, processing and transform jobs share: their run, statuses, times and events.

A job is a worker of the clock: it is work in flight, so virtual time stands still for it.
"""

import logging
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from local import events, processes, runtime
from local.sagemaker import containers, shapes, tags
from local.sagemaker.store import Store

log = logging.getLogger(__name__)

Json = dict[str, Any]
STOP_SECONDS = 120.0  # between SIGTERM and SIGKILL
REASON_LENGTH = 1024


class JobFailedError(Exception):
    """A job did not succeed; the text is its failure reason."""


class JobStoppedError(Exception):
    """A job was stopped, or ran for too long."""


@dataclass
class Job:
    """One job; `record` is what Describe answers, and more."""

    kind: "Kind"
    name: str
    record: Json
    overtime: bool = False
    stopping: threading.Event = field(default_factory=threading.Event)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def base(self) -> Path:
        """Give what the job sees as /opt/ml."""
        return runtime.home / "work" / self.kind.arn_kind / self.name

    @property
    def log(self) -> containers.Log:
        """Give where the job's output goes."""
        stream = f"{self.name}/algo-1-{int(self.record['CreationTime'])}"
        file = runtime.home / "logs" / "jobs" / f"{self.name}.log"
        return containers.Log(f"/aws/sagemaker/{self.kind.stem}s", stream, file)

    def move(self, **changes: Any) -> None:
        """Change the record and tell of it."""
        with self.kind.store.lock:
            self.record.update(changes, LastModifiedTime=runtime.clock.now())
            detail = shapes.in_milliseconds(self.kind.detail(dict(self.record)))
        arn = self.record[f"{self.kind.stem}Arn"]
        detail["Tags"] = tags.of(arn)
        events.emit("aws.sagemaker", self.kind.detail_type, detail, [arn])

    def stop(self) -> None:
        """End the process, if there is one yet."""
        self.stopping.set()
        if self.process is not None:
            processes.stop(self.process, STOP_SECONDS)


@dataclass(frozen=True)
class Kind:
    """What differs between training, processing and transform jobs."""

    stem: str  # of fields and operations, e.g. TrainingJob
    arn_kind: str
    detail_type: str
    run: Callable[[Job], None]  # raises JobFailedError, JobStoppedError
    complete: Callable[[Json], Json] = dict  # request -> with defaults; raises ApiError
    detail: Callable[[Json], Json] = dict  # record -> event detail
    at: Callable[[Job, str], Json] = lambda _job, _status: {}  # what else a status changes

    @cached_property
    def store(self) -> Store[Job]:
        """Give the jobs of this kind."""
        name = self.stem.replace("Job", " job")
        taken = (
            f"{name} names must be unique within an AWS account and region, "
            f"and a {name.lower()} with this name already exists ({{arn}})"
        )
        return Store(self.arn_kind, "Requested resource not found.", taken, "ResourceInUse")


def run(job: Job) -> None:
    """Run a job to its end, whatever that is."""
    stem, verb = job.kind.stem, job.kind.stem.removesuffix("Job")
    job.record[f"{verb}StartTime"] = runtime.clock.now()
    reason = None
    try:
        shutil.rmtree(job.base, ignore_errors=True)
        job.base.mkdir(parents=True)
        job.kind.run(job)
        status = "Stopped" if job.stopping.is_set() else "Completed"
    except JobStoppedError:
        status = "Stopped"
    except JobFailedError as error:
        status, reason = "Failed", str(error)
    except Exception as error:
        log.exception("job %s", job.name)
        status, reason = "Failed", f"InternalServerError: {error!r}"
    shutil.rmtree(job.base, ignore_errors=True)
    facts: Json = {f"{verb}EndTime": runtime.clock.now()}
    if reason is not None:
        facts["FailureReason"] = reason[:REASON_LENGTH]
    with job.kind.store.lock:
        job.move(**{f"{stem}Status": status}, **facts, **job.kind.at(job, status))
