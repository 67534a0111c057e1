"""Processing jobs: any command of an image, with folders from and to S3."""

import json
from typing import Any

from local import images
from local.sagemaker import files, job_process, jobs, shapes
from local.sagemaker.api import ApiError
from local.sagemaker.job import Job

Json = dict[str, Any]

# The event spells these differently from the API.
SPELLED = ("S3DataType", "S3InputMode", "S3DataDistributionType", "S3UploadMode")
EVENT_WORDS = {
    "S3Prefix": "S3_PREFIX",
    "File": "FILE",
    "FullyReplicated": "FULLYREPLICATED",
    "EndOfJob": "END_OF_JOB",
    "Continuous": "CONTINUOUS",
}


def run(job: Job) -> None:
    """Do one processing job."""
    _prepare(job)
    specification = job.record["AppSpecification"]
    image = specification["ImageUri"]
    interpreter, folder = job_process.program(image, "process")
    words = [_word(job, word) for word in specification.get("ContainerEntrypoint", [])]
    given = [_word(job, word) for word in specification.get("ContainerArguments", [])]
    argv = [*(images.entry_point(words) or interpreter), *given]
    isolated = job.record.get("NetworkConfig", {}).get("EnableNetworkIsolation", False)
    env = job_process.variables(job, image, "process", isolated=isolated)
    env["PROCESSING_JOB_ARN"] = job.record["ProcessingJobArn"]
    try:
        job_process.run(job, argv, env, folder)
    finally:
        message = job.base / "output" / "message"
        if message.is_file():
            job.record["ExitMessage"] = message.read_text(errors="replace")[:1024]
    for output in _outputs(job):
        files.upload(job_process.local_path(job, output["LocalPath"]), output["S3Uri"])


def _prepare(job: Job) -> None:
    """Lay out configuration, inputs and empty outputs."""
    config = job.base / "config"
    config.mkdir()
    (job.base / "output").mkdir()
    (config / "processingjobconfig.json").write_text(json.dumps(job.record))
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"]}
    (config / "resourceconfig.json").write_text(json.dumps(hosts))
    for one in job.record.get("ProcessingInputs", []):
        given = one["S3Input"]
        job_process.fetch(job, given["S3Uri"], job_process.local_path(job, given["LocalPath"]))
    for output in _outputs(job):
        job_process.local_path(job, output["LocalPath"]).mkdir(parents=True, exist_ok=True)


def _outputs(job: Job) -> list[Json]:
    outputs = job.record.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return [output["S3Output"] for output in outputs]


def _word(job: Job, word: str) -> str:
    """Return an argument with a path of the container turned into ours."""
    inside = word.startswith(f"{job_process.CONTAINER_BASE}/")
    return str(job_process.local_path(job, word)) if inside else word


def complete(body: Json) -> Json:
    """Return the request with AWS's defaults; raises ApiError for what runs nowhere here."""
    for one in body.get("ProcessingInputs", []):
        if one.get("S3Input", {}).get("S3DataType") != "S3Prefix":
            raise ApiError("ValidationException", "The local AWS reads inputs of S3Prefix only.")
    for one in body.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "LocalPath" not in one.get("S3Output", {}):
            raise ApiError("ValidationException", "The local AWS writes outputs to S3 only.")
    return {"StoppingCondition": {"MaxRuntimeInSeconds": 86_400}, **body}


def detail(record: Json) -> Json:
    """Return an event's detail."""
    return dict(_spelled(shapes.fit("DescribeProcessingJob", record)))


def _spelled(value: Any) -> Any:
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    if isinstance(value, dict):
        return {
            k: EVENT_WORDS.get(v, v) if k in SPELLED else _spelled(v) for k, v in value.items()
        }
    return value


KIND = jobs.Kind(
    "ProcessingJob",
    "processing-job",
    "SageMaker Processing Job State Change",
    run,
    complete,
    detail,
)
jobs.register(KIND)
