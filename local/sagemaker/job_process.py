"""A job's container as a process: environment, time limit, inputs, failure reason, metrics."""

import re
import threading
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local import images, processes, runtime
from local.sagemaker import containers, files
from local.sagemaker.job import Job, JobFailedError, JobStoppedError

Json = dict[str, Any]
CONTAINER_BASE = "/opt/ml"
DEFAULT_SECONDS = 86_400


def program(image: str, role: images.Role) -> tuple[list[str], Path]:
    """Return argv and folder of an image's program; raises JobFailedError."""
    try:
        argv, _, folder = images.command(image, role)
    except images.UnknownImageError as error:
        raise JobFailedError(f"ClientError: Please use a valid image: {error}") from None
    return argv, folder


def variables(job: Job, image: str, role: images.Role, *, isolated: bool) -> dict[str, str]:
    """Return the job's environment; the region is known to an isolated one, too."""
    region = {"AWS_REGION": runtime.REGION, "AWS_DEFAULT_REGION": runtime.REGION}
    base = containers.environment(image, role, job.base, isolated=isolated)
    return base | region | job.record.get("Environment", {})


def fetch(job: Job, uri: str, folder: Path) -> None:
    """Download an input; raises JobFailedError in AWS's words when there is none."""
    try:
        found = files.download(uri, folder)
    except ClientError as error:
        raise JobFailedError(f"ClientError: Data download failed: {error}") from None
    if not found:
        raise JobFailedError(
            f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. '
            f"Please ensure that the bucket exists in the selected region ({runtime.REGION}), "
            f"that objects exist under that S3 prefix, and that the role "
            f'"{job.record["RoleArn"]}" has "s3:ListBucket" permissions on the bucket.'
        )


def local_path(job: Job, path: str) -> Path:
    """Return where a path below the container's /opt/ml lies here."""
    if not path.startswith(f"{CONTAINER_BASE}/"):
        raise JobFailedError(f"ClientError: {path} is not below {CONTAINER_BASE}")
    return files.relocated(path, job.base)


def run(job: Job, argv: list[str], env: dict[str, str], folder: Path) -> list[str]:
    """Run the container to its end -> its log lines; raises JobFailedError, JobStoppedError."""
    if job.stopping.is_set():
        raise JobStoppedError
    proc = job.process = containers.start(argv, env, folder)
    if job.stopping.is_set():
        job.stop()
    seconds = job.record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
    limit = threading.Timer(seconds or DEFAULT_SECONDS, _overtime, (job,))
    limit.daemon = True
    limit.start()
    lines: list[str] = []
    code = containers.follow(proc, job.log, lines.append)
    limit.cancel()
    processes.stop(proc)  # what it has started itself and left behind
    if job.stopping.is_set():
        raise JobStoppedError
    if code:
        raise JobFailedError(_reason(job, code))
    return lines


def metrics(job: Job, lines: list[str]) -> list[Json]:
    """Return the last value of each of the job's metrics, found in its log."""
    found = []
    for metric in job.record["AlgorithmSpecification"].get("MetricDefinitions", []):
        values = [m[1] for line in lines if (m := re.search(metric["Regex"], line)) and m.groups()]
        if values:
            value, now = float(values[-1]), runtime.clock.now()
            found.append({"MetricName": metric["Name"], "Value": value, "Timestamp": now})
    return found


def _overtime(job: Job) -> None:
    job.overtime = True
    job.stop()


def _reason(job: Job, code: int) -> str:
    """Return AWS's sentence around what the container has written about its failure."""
    file = job.base / "output" / "failure"
    said = file.read_text(errors="replace")[:1024].strip() if file.is_file() else ""
    end = f", exit code: {code}"
    said = said or "See job logs for more information"
    return f"AlgorithmError: {said[: 1024 - len('AlgorithmError: ') - len(end)]}{end}"
