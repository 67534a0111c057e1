"""The container process of a job: environment, time limit, inputs, failure reason, metrics."""

import re
import threading
from pathlib import Path

from botocore.exceptions import ClientError

from local import processes, runtime
from local.containers import container, images
from local.iam import agents
from local.iam.policies import AccessDeniedError
from local.sagemaker import image_manifests, s3_files
from local.sagemaker.api import Json
from local.sagemaker.jobs.job import Job, JobFailedError, JobStoppedError

CONTAINER_BASE = "/opt/ml"
DEFAULT_MAX_SECONDS = 86_400
BUILT_IN = "/forecasting-deepar:"  # in the image of Amazon DeepAR
LOSS = r"<loss>=(\S+)"
BUILT_IN_METRICS = (("train", "final_loss"), ("test", "RMSE"), ("test", "mean_wQuantileLoss"))


def program(job: Job, image: str, role: images.Role) -> list[str]:
    """Pull an image -> its command; raises JobFailedError."""
    try:
        agents.pull_image(job.session, image)
        if problem := image_manifests.problem(image):
            raise JobFailedError(f"ClientError: {problem}")
        return images.program(image, role)
    except AccessDeniedError as denied:
        raise JobFailedError(f"ClientError: Cannot pull {image}: {denied}") from None
    except images.UnknownImageError as error:
        raise JobFailedError(f"ClientError: Please use a valid image: {error}") from None


def environment(job: Job, *, isolated: bool) -> dict[str, str]:
    """Return the environment of a job, without credentials if it has network isolation."""
    region = {"AWS_REGION": runtime.REGION, "AWS_DEFAULT_REGION": runtime.REGION}
    base = container.sagemaker_environment(job.base, None if isolated else job.session)
    return base | region | job.record.get("Environment", {})


def download_input(job: Job, uri: str, folder: Path) -> None:
    """Download an input; raises JobFailedError with AWS's message if there is none."""
    try:
        found = s3_files.download(uri, folder)
    except ClientError as error:
        raise JobFailedError(f"ClientError: Data download failed: {error}") from None
    if not found:
        raise JobFailedError(
            f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. '
            f"Please ensure that the bucket exists in the selected region ({runtime.REGION}), "
            f"that objects exist under that S3 prefix, and that the role "
            f'"{job.record["RoleArn"]}" has "s3:ListBucket" permissions on the bucket.'
        )


def require_encrypt(job: Job, key: str) -> None:
    """Require kms:Encrypt on the key of an output, as SageMaker does; raises JobFailedError."""
    try:
        agents.encrypt_output(job.session, key)
    except AccessDeniedError as denied:
        raise JobFailedError(f"ClientError: {denied}") from None


def local_path(job: Job, path: str) -> Path:
    """Return the local path of a container path below /opt/ml; raises JobFailedError."""
    if not path.startswith(f"{CONTAINER_BASE}/"):
        raise JobFailedError(
            f"ClientError: LocalPath: got {path}, expected a path below {CONTAINER_BASE}"
        )
    return s3_files.relocated(path, job.base)


def run(job: Job, argv: list[str], env: dict[str, str], used: float = 0) -> list[str]:
    """Run the container until it exits -> its log lines.

    `used` are the seconds of the time limit that earlier containers of the job have run. Raises
    JobFailedError, JobInterruptedError, JobStoppedError.
    """
    if job.stopping.is_set():
        raise JobStoppedError
    proc = job.process = container.start(argv, env)
    if job.stopping.is_set():
        job.stop()
    if job.interruption is not None:
        job.interrupt(job.interruption.seconds)
    seconds = job.record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
    left = max(0.0, (seconds or DEFAULT_MAX_SECONDS) - used)
    limit = threading.Timer(left, _time_out, (job,))
    limit.daemon = True
    limit.start()
    lines: list[str] = []
    code = container.follow(proc, job.log, lines.append)
    limit.cancel()
    processes.stop(proc)  # child processes that it left behind
    if job.stopping.is_set():
        raise JobStoppedError
    if job.interruption is not None:
        raise job.interruption
    if code:
        raise JobFailedError(_reason(job, code))
    return lines


def metric_definitions(specification: Json) -> list[Json]:
    """Return the metrics of a training; Amazon DeepAR has its own."""
    if BUILT_IN in specification["TrainingImage"]:
        return [
            {
                "Name": f"{step}:{name}",
                "Regex": rf"#quality_metric: host=\S+, {step} {name} {LOSS}",
            }
            for step, name in BUILT_IN_METRICS
        ]
    definitions: list[Json] = specification.get("MetricDefinitions", [])
    return definitions


def metrics(job: Job, lines: list[str]) -> list[Json]:
    """Return the last value of each metric of the job, found in its log by the metric's regex."""
    found = []
    for metric in metric_definitions(job.record["AlgorithmSpecification"]):
        values = [m[1] for line in lines if (m := re.search(metric["Regex"], line)) and m.groups()]
        if values:
            value, now = float(values[-1]), runtime.clock.now()
            found.append({"MetricName": metric["Name"], "Value": value, "Timestamp": now})
    return found


def _time_out(job: Job) -> None:
    job.timed_out = True
    job.stop()


def _reason(job: Job, code: int) -> str:
    """Return the failure reason with the text that a training wrote to output/failure."""
    file = job.base / "output" / "failure"
    read = job.kind.stem == "TrainingJob" and file.is_file()
    text = file.read_text(errors="replace")[:1024].strip() if read else ""
    start, end = "AlgorithmError: ", f", exit code: {code}"
    text = text or "See job logs for more information"
    return f"{start}{text[: 1024 - len(start) - len(end)]}{end}"
