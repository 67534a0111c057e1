"""Training jobs: input channels from S3, model.tar.gz to S3, by the /opt/ml contract."""

import time

from local.sagemaker import s3_files
from local.sagemaker.api import LOCK, ApiError, Json
from local.sagemaker.jobs import (
    instances,
    job_operations,
    job_process,
    spot,
    training_status,
)
from local.sagemaker.jobs.job import Job, JobInterruptedError, JobStoppedError, Kind


def run(job: Job) -> None:
    """Run a training; a stopped one still uploads its model.

    An interrupted one starts again as on a new instance, with its checkpoints.
    """
    began, used, interrupted = time.monotonic(), 0.0, True
    lines, stopped = [], False
    while interrupted:
        started, interrupted = time.monotonic(), False
        try:
            lines = _train(job, used)
        except JobStoppedError:
            stopped = True
        except JobInterruptedError:
            interrupted = True
        finally:
            used += time.monotonic() - started
            if job.process is not None:  # the container has run
                _set_times(job, used)
        if interrupted:
            spot.wait_for_capacity(job, began)
    with LOCK:
        job.record["FinalMetricDataList"] = job_process.metrics(job, lines)
    _upload(job)
    if stopped:
        raise JobStoppedError


def _train(job: Job, used: float) -> list[str]:
    """Run the container, on an instance without files -> its log lines."""
    job.update(**training_status.changes(job, "Downloading"))
    instances.prepare(job)
    image = job.record["AlgorithmSpecification"]["TrainingImage"]
    argv = job_process.program(job, image, "train")
    env = job_process.environment(job, isolated=job.record["EnableNetworkIsolation"])
    env |= {"TRAINING_JOB_NAME": job.name, "TRAINING_JOB_ARN": job.record["TrainingJobArn"]}
    with spot.attended(job):
        job.update(**training_status.changes(job, "Training"))
        with instances.others(job, argv, env) as first:
            return job_process.run(job, argv, first, used)


def _set_times(job: Job, seconds: float) -> None:
    """Set the times of all instances; there is no spot price here, so every second is billed."""
    whole = max(1, round(seconds))
    with LOCK:
        job.record.update(TrainingTimeInSeconds=whole, BillableTimeInSeconds=whole)


def _upload(job: Job) -> None:
    """Upload the model and the additional output."""
    job.update(**training_status.changes(job, "Uploading"))
    artifacts = job.record["ModelArtifacts"]["S3ModelArtifacts"]
    if key := job.record["OutputDataConfig"].get("KmsKeyId"):
        job_process.require_encrypt(job, key)
    s3_files.write(artifacts, s3_files.pack(job.base / "model", job.base / "model.tar.gz"))
    extra = job.base / "output" / "data"
    if any(extra.iterdir()):
        archive = s3_files.pack(extra, job.base / "output.tar.gz")
        s3_files.write(f"{artifacts.rpartition('/')[0]}/output.tar.gz", archive)


def with_defaults(body: Json) -> Json:
    """Return the request with AWS's defaults; raises ApiError if it is not supported here."""
    specification = body["AlgorithmSpecification"]
    if "TrainingImage" not in specification or specification["TrainingInputMode"] != "File":
        message = "The local AWS trains images with input mode File only."
        raise ApiError("ValidationException", message)
    spot.check(body)
    if job_process.BUILT_IN in specification["TrainingImage"] and (
        "MetricDefinitions" in specification
    ):
        message = "You can't override the metric definitions for Amazon SageMaker algorithms."
        raise ApiError("ValidationException", message)
    channels = body.get("InputDataConfig", [])
    for channel in channels:
        if channel["DataSource"].get("S3DataSource", {}).get("S3DataType") != "S3Prefix":
            raise ApiError("ValidationException", "The local AWS reads channels of S3Prefix only.")
    output = body["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    artifacts = f"{output}/{body['TrainingJobName']}/output/model.tar.gz"
    defaults = {"CompressionType": "None", "RecordWrapperType": "None"}
    return {
        "HyperParameters": {},
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        **body,
        "InputDataConfig": [defaults | channel for channel in channels],
        "ModelArtifacts": {"S3ModelArtifacts": artifacts},
    }


KIND = Kind(
    "TrainingJob",
    "training-job",
    "SageMaker Training Job State Change",
    run,
    with_defaults,
    training_status.event_detail,
    training_status.changes,
)
job_operations.register(KIND)
