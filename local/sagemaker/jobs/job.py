"""Common parts of training, processing and transform jobs: run, status, times, events.

A job runs in a worker of the clock: it is work in flight, so it takes no virtual time. Its end is
its start plus the real seconds that it took.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from local import processes, runtime
from local.containers.container import Log
from local.events import event_bus
from local.iam import agents, principals
from local.iam.policies import AccessDeniedError
from local.sagemaker import shapes, tags
from local.sagemaker.api import LOCK, Json
from local.sagemaker.store import Store
from local.vpc.network import Network

log = logging.getLogger(__name__)

STOP_SECONDS = 120.0  # between SIGTERM and SIGKILL
MAX_REASON_LENGTH = 1024


class JobFailedError(Exception):
    """A job failed; the message is its FailureReason."""


class JobStoppedError(Exception):
    """A job was stopped or exceeded its maximum runtime."""


class JobInterruptedError(Exception):
    """The spot capacity of a job was taken away; it waits `seconds` for other capacity."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass
class Job:
    """One job; `record` has the fields of its Describe response, and more."""

    kind: "Kind"
    name: str
    record: Json
    timed_out: bool = False
    waited_too_long: bool = False
    interruption: JobInterruptedError | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    process: processes.Process | None = None

    @cached_property
    def session(self) -> str:
        """The access key of the session of the job's role; raises JobFailedError."""
        try:
            role, process = self.kind.role(self), f"{self.kind.arn_kind} {self.name}"
            session = ("sagemaker", "SageMaker")
            return principals.assume(role, *session, process=process, network=self.network)
        except AccessDeniedError as denied:
            raise JobFailedError(f"ClientError: {denied}") from None

    @property
    def network(self) -> Network | None:
        """The VPC of the job's instances."""
        return Network.of(self.kind.vpc_config(self))

    @property
    def base(self) -> Path:
        """The folder that is /opt/ml for the job."""
        return runtime.home / "work" / self.kind.arn_kind / self.name

    @property
    def log(self) -> Log:
        """The destination of the job's output."""
        stream = f"{self.name}/algo-1-{int(self.record['CreationTime'])}"
        file = runtime.home / "logs" / "jobs" / f"{self.name}.log"
        return Log(f"/aws/sagemaker/{self.kind.stem}s", stream, file)

    def update(self, **changes: Any) -> None:
        """Change the record and send the event."""
        arn = self.record[f"{self.kind.stem}Arn"]
        with LOCK:
            self.record.update(changes, LastModifiedTime=runtime.clock.now())
            detail = shapes.in_milliseconds(self.kind.event_detail(dict(self.record)))
            detail["Tags"] = tags.get(arn)
            event_bus.emit("aws.sagemaker", self.kind.detail_type, detail, [arn])

    def stop(self) -> None:
        """Stop the process, if it has started."""
        self.stopping.set()
        if self.process is not None:
            processes.stop(self.process, STOP_SECONDS)

    def interrupt(self, seconds: float) -> None:
        """End the process as the interruption of a spot instance does."""
        self.interruption = JobInterruptedError(seconds)
        if self.process is not None:
            processes.stop(self.process, STOP_SECONDS)


@dataclass(frozen=True)
class Kind:
    """The differences between training, processing and transform jobs."""

    stem: str  # of fields and operations, e.g. TrainingJob
    arn_kind: str
    detail_type: str
    run: Callable[[Job], None]  # raises JobFailedError, JobStoppedError
    with_defaults: Callable[[Json], Json] = dict  # of a create request; raises ApiError
    event_detail: Callable[[Json], Json] = dict  # record -> detail
    # (job, new status) -> further changes of the record
    status_changes: Callable[[Job, str], Json] = lambda _job, _status: {}
    role: Callable[[Job], str] = lambda job: str(job.record["RoleArn"])  # of the containers
    vpc_config: Callable[[Job], Json | None] = lambda job: job.record.get("VpcConfig")

    @cached_property
    def store(self) -> Store[Job]:
        """The jobs of this kind."""
        name = self.stem.replace("Job", " job")
        taken = (
            f"{name} names must be unique within an AWS account and region, "
            f"and a {name.lower()} with this name already exists ({{arn}})"
        )
        missing = "Requested resource not found."
        return Store(self.arn_kind, missing, taken, taken_code="ResourceInUse")


def run(job: Job) -> None:
    """Run a job until it completes, fails or is stopped."""
    stem, verb = job.kind.stem, job.kind.stem.removesuffix("Job")
    began = time.monotonic()
    with LOCK:
        job.record[f"{verb}StartTime"] = runtime.clock.now()
    reason = None
    try:
        shutil.rmtree(job.base, ignore_errors=True)
        job.base.mkdir(parents=True)
        _join_network(job)
        agents.write_log(job.session, job.log.group, job.log.stream)
        agents.put_metrics(job.session, f"/aws/sagemaker/{stem}s")
        with runtime.acting(job.session):
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
    changes: Json = {f"{stem}Status": status, f"{verb}EndTime": runtime.clock.with_work(began)}
    if reason is not None:
        changes["FailureReason"] = reason[:MAX_REASON_LENGTH]
    with LOCK:
        job.update(**changes, **job.kind.status_changes(job, status))


def _join_network(job: Job) -> None:
    try:
        agents.join_network(job.session, job.network)
    except AccessDeniedError as denied:
        raise JobFailedError(f"ClientError: {denied}") from None
