"""Processing jobs: any command of an image, with input and output folders in S3."""

import json
from typing import Any

from local.containers import images
from local.sagemaker import s3_files, shapes
from local.sagemaker.api import LOCK, ApiError, Json
from local.sagemaker.jobs import job_operations, job_process
from local.sagemaker.jobs.job import Job, Kind

# Events spell the values of these fields differently from the API.
ENUM_FIELDS = ("S3DataType", "S3InputMode", "S3DataDistributionType", "S3UploadMode")
EVENT_ENUMS = {
    "S3Prefix": "S3_PREFIX",
    "File": "FILE",
    "FullyReplicated": "FULLYREPLICATED",
    "EndOfJob": "END_OF_JOB",
    "Continuous": "CONTINUOUS",
}


def run(job: Job) -> None:
    """Run a processing job."""
    _prepare(job)
    specification = job.record["AppSpecification"]
    image = specification["ImageUri"]
    interpreter = job_process.program(job, image, "process")
    command = [_argument(job, word) for word in specification.get("ContainerEntrypoint", [])]
    arguments = [_argument(job, word) for word in specification.get("ContainerArguments", [])]
    argv = [*(images.entry_point(command) or interpreter), *arguments]
    isolated = job.record.get("NetworkConfig", {}).get("EnableNetworkIsolation", False)
    env = job_process.environment(job, isolated=isolated)
    env["PROCESSING_JOB_ARN"] = job.record["ProcessingJobArn"]
    try:
        job_process.run(job, argv, env)
    finally:
        message = job.base / "output" / "message"
        if message.is_file():
            with LOCK:
                job.record["ExitMessage"] = message.read_text(errors="replace")[:1024]
    outputs = _outputs(job)
    if key := job.record.get("ProcessingOutputConfig", {}).get("KmsKeyId"):
        job_process.require_encrypt(job, key)
    for output in outputs:
        s3_files.upload(job_process.local_path(job, output["LocalPath"]), output["S3Uri"])


def _prepare(job: Job) -> None:
    """Write the configuration files, download the inputs and create the output folders."""
    config = job.base / "config"
    config.mkdir()
    (job.base / "output").mkdir()
    (config / "processingjobconfig.json").write_text(json.dumps(dict(job.record)))
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"]}
    (config / "resourceconfig.json").write_text(json.dumps(hosts))
    for entry in job.record.get("ProcessingInputs", []):
        source = entry["S3Input"]
        folder = job_process.local_path(job, source["LocalPath"])
        job_process.download_input(job, source["S3Uri"], folder)
    for output in _outputs(job):
        job_process.local_path(job, output["LocalPath"]).mkdir(parents=True, exist_ok=True)


def _outputs(job: Job) -> list[Json]:
    outputs = job.record.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return [output["S3Output"] for output in outputs]


def _argument(job: Job, word: str) -> str:
    """Return an argument of the command; a path of the container becomes the local path."""
    inside = word.startswith(f"{job_process.CONTAINER_BASE}/")
    return str(job_process.local_path(job, word)) if inside else word


def with_defaults(body: Json) -> Json:
    """Return the request with AWS's defaults; raises ApiError if it is not supported here."""
    for source in body.get("ProcessingInputs", []):
        if source.get("S3Input", {}).get("S3DataType") != "S3Prefix":
            raise ApiError("ValidationException", "The local AWS reads inputs of S3Prefix only.")
    for output in body.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "LocalPath" not in output.get("S3Output", {}):
            raise ApiError("ValidationException", "The local AWS writes outputs to S3 only.")
    return {"StoppingCondition": {"MaxRuntimeInSeconds": 86_400}, **body}


def event_detail(record: Json) -> Json:
    """Return the detail of an event."""
    return dict(_event_enums(shapes.select_output("DescribeProcessingJob", record)))


def _event_enums(value: Any) -> Any:
    if isinstance(value, list):
        return [_event_enums(item) for item in value]
    if isinstance(value, dict):
        return {
            k: EVENT_ENUMS.get(v, v) if k in ENUM_FIELDS else _event_enums(v)
            for k, v in value.items()
        }
    return value


KIND = Kind(
    "ProcessingJob",
    "processing-job",
    "SageMaker Processing Job State Change",
    run,
    with_defaults,
    event_detail,
    vpc_config=lambda job: job.record.get("NetworkConfig", {}).get("VpcConfig"),
)
job_operations.register(KIND)
