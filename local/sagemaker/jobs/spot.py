"""Checkpoints of trainings in S3, and managed spot training: interruptions on request.

The folder of CheckpointConfig is restored before the container starts, and copied to S3 while it
runs. Capacity is taken away only by a fault of service `spot`, whose `operation` is searched in
the name of the job. The opportunities that its `skip` counts are the start of the container and
then each copy of a checkpoint; `seconds` is how long the job waits for capacity afterwards.
"""

import contextvars
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import ClientError

from local import faults
from local.sagemaker import s3_files
from local.sagemaker.api import ApiError, Json
from local.sagemaker.jobs import job_process, training_status
from local.sagemaker.jobs.job import Job, JobFailedError, JobStoppedError

log = logging.getLogger(__name__)

SERVICE = "spot"  # of the faults
POLL_SECONDS = 0.05
# Limit of algorithms that write no checkpoints, such as Amazon DeepAR.
BUILT_IN_MAX_WAIT_SECONDS = 3600


def check(body: Json) -> None:
    """Raise ApiError for settings of a training job that SageMaker rejects."""
    stop = body["StoppingCondition"]
    runtime, wait = stop.get("MaxRuntimeInSeconds", 86_400), stop.get("MaxWaitTimeInSeconds")
    if not body.get("EnableManagedSpotTraining"):
        if wait is not None:
            _reject("It can be set only if EnableManagedSpotTraining is true")
        return
    if wait is None or wait < runtime:
        _reject("It must be present and be greater than or equal to MaxRuntimeInSeconds")
    built_in = job_process.BUILT_IN in body["AlgorithmSpecification"]["TrainingImage"]
    if built_in and wait > BUILT_IN_MAX_WAIT_SECONDS:
        _reject("MaxWaitTimeInSeconds above 3600 seconds is not supported for the given algorithm")


def _reject(reason: str) -> None:
    raise ApiError("ValidationException", f"Invalid MaxWaitTimeInSeconds. {reason}.")


def wait_for_capacity(job: Job, began: float) -> None:
    """Wait after an interruption; JobStoppedError if the job is stopped or MaxWait has passed.

    `began` is the start of the job on the monotonic clock. The instance and its files are gone.
    """
    seconds = job.interruption.seconds if job.interruption else 0.0
    job.process = job.interruption = None
    shutil.rmtree(job.base)
    job.base.mkdir()
    job.update(**training_status.changes(job, "Interrupted"))
    limit = job.record["StoppingCondition"]["MaxWaitTimeInSeconds"]
    left = max(0.0, limit - (time.monotonic() - began))
    job.waited_too_long = seconds > left
    if job.stopping.wait(min(seconds, left)) or job.waited_too_long:
        raise JobStoppedError
    job.update(**training_status.changes(job, "Starting"))


class Checkpoints:
    """The folder of CheckpointConfig and its copy in S3."""

    def __init__(self, job: Job, config: Json) -> None:
        self.uri = config["S3Uri"].rstrip("/") + "/"
        self.folder = job_process.local_path(job, config.get("LocalPath", "/opt/ml/checkpoints"))
        self._copied: dict[Path, tuple[int, int]] = {}

    def restore(self) -> None:
        """Download what earlier instances have written."""
        s3_files.download(self.uri, self.folder)
        self._copied = self._files()

    def copy(self) -> bool:
        """Upload new and changed files; return whether there were any."""
        found = self._files()
        changed = {file for file, version in found.items() if self._copied.get(file) != version}
        for file in sorted(changed):
            try:
                body = file.read_bytes()
            except FileNotFoundError:  # renamed or deleted since
                continue
            s3_files.write(f"{self.uri}{file.relative_to(self.folder).as_posix()}", body)
        self._copied = found
        return bool(changed)

    def _files(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for file in self.folder.rglob("*"):
            try:
                status = file.stat()
            except FileNotFoundError:
                continue
            if file.is_file():
                found[file] = (status.st_mtime_ns, status.st_size)
        return found


@contextmanager
def attended(job: Job) -> Iterator[None]:
    """Copy the checkpoints while the container runs, and interrupt it if a fault says so.

    Raises JobFailedError if the role may not read or write the checkpoints.
    """
    config = job.record.get("CheckpointConfig")
    problems: list[ClientError] = []
    ended = threading.Event()
    checkpoints = Checkpoints(job, config) if config else None

    def attend() -> None:
        try:
            _interrupt(job)
            while checkpoints and not ended.wait(POLL_SECONDS):
                if checkpoints.copy():
                    _interrupt(job)
        except ClientError as error:
            problems.append(error)

    try:
        if checkpoints:
            checkpoints.restore()
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(attend,), daemon=True)
        thread.start()
        try:
            yield
        finally:  # an interrupted container has had two minutes for its last checkpoint
            ended.set()
            thread.join()
            if checkpoints and not problems:
                checkpoints.copy()
    except ClientError as error:
        problems.append(error)
    if problems:
        raise JobFailedError(f"ClientError: Checkpoints: {problems[0]}")


def _interrupt(job: Job) -> None:
    if not job.record["EnableManagedSpotTraining"]:
        return
    if fault := faults.take(faults.Faulty(SERVICE, job.name)):
        log.info("spot capacity of %s is taken away", job.name)
        job.interrupt(fault.seconds)
