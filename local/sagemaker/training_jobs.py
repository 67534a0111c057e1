"""Training jobs: channels from S3 in, model.tar.gz out, by the contract of /opt/ml."""

import json
import time
from typing import Any

from local.sagemaker import files, job_process, jobs, training_status
from local.sagemaker.api import ApiError
from local.sagemaker.job import Job, JobStoppedError

Json = dict[str, Any]


def run(job: Job) -> None:
    """Do one training; a stopped one keeps its best model so far."""
    begun = time.monotonic()
    job.move(**training_status.at(job, "Downloading"))
    _prepare(job)
    image = job.record["AlgorithmSpecification"]["TrainingImage"]
    argv, folder = job_process.program(image, "train")
    isolated = job.record["EnableNetworkIsolation"]
    env = job_process.variables(job, image, "train", isolated=isolated)
    env |= {"TRAINING_JOB_NAME": job.name, "TRAINING_JOB_ARN": job.record["TrainingJobArn"]}
    job.move(**training_status.at(job, "Training"))
    lines, stopped = [], False
    try:
        lines = job_process.run(job, argv, env, folder)
    except JobStoppedError:
        stopped = True
    finally:
        seconds = max(1, round(time.monotonic() - begun))
        job.record.update(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)
    job.record["FinalMetricDataList"] = job_process.metrics(job, lines)
    _keep(job)
    if stopped:
        raise JobStoppedError


def _prepare(job: Job) -> None:
    """Lay out configuration and channels."""
    for name in ("model", "output/data", "input/config", "input/data"):
        (job.base / name).mkdir(parents=True)
    channels = job.record["InputDataConfig"]
    config = {
        "hyperparameters": job.record["HyperParameters"],
        "resourceconfig": {
            "current_host": "algo-1",
            "hosts": ["algo-1"],
            "network_interface_name": "lo",
        },
        "inputdataconfig": {one["ChannelName"]: _channel(one) for one in channels},
    }
    for name, value in config.items():
        (job.base / "input" / "config" / f"{name}.json").write_text(json.dumps(value))
    for one in channels:
        uri = one["DataSource"]["S3DataSource"]["S3Uri"]
        job_process.fetch(job, uri, job.base / "input" / "data" / one["ChannelName"])


def _channel(given: Json) -> Json:
    """Return what inputdataconfig.json says of a channel."""
    source = given["DataSource"]["S3DataSource"]
    told = {
        "TrainingInputMode": "File",
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": given["RecordWrapperType"],
    }
    return told | ({"ContentType": given["ContentType"]} if "ContentType" in given else {})


def _keep(job: Job) -> None:
    """Upload what the training has left."""
    job.move(**training_status.at(job, "Uploading"))
    artifacts = job.record["ModelArtifacts"]["S3ModelArtifacts"]
    files.write(artifacts, files.pack(job.base / "model", job.base / "model.tar.gz"))
    extra = job.base / "output" / "data"
    if any(extra.iterdir()):
        archive = files.pack(extra, job.base / "output.tar.gz")
        files.write(f"{artifacts.rpartition('/')[0]}/output.tar.gz", archive)


def complete(body: Json) -> Json:
    """Return the request with AWS's defaults; raises ApiError for what runs nowhere here."""
    specification = body["AlgorithmSpecification"]
    if "TrainingImage" not in specification or specification["TrainingInputMode"] != "File":
        message = "The local AWS trains images with input mode File only."
        raise ApiError("ValidationException", message)
    channels = body.get("InputDataConfig", [])
    for channel in channels:
        if channel["DataSource"].get("S3DataSource", {}).get("S3DataType") != "S3Prefix":
            raise ApiError("ValidationException", "The local AWS reads channels of S3Prefix only.")
    output = body["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    artifacts = f"{output}/{body['TrainingJobName']}/output/model.tar.gz"
    plain = {"CompressionType": "None", "RecordWrapperType": "None"}
    return {
        "HyperParameters": {},
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        **body,
        "InputDataConfig": [plain | channel for channel in channels],
        "ModelArtifacts": {"S3ModelArtifacts": artifacts},
    }


KIND = jobs.Kind(
    "TrainingJob",
    "training-job",
    "SageMaker Training Job State Change",
    run,
    complete,
    training_status.detail,
    training_status.at,
)
jobs.register(KIND)
