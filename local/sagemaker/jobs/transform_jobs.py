"""Transform jobs: every line of the input objects is one request to the model's container."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

from local.sagemaker import s3_files, shapes
from local.sagemaker.api import Json
from local.sagemaker.hosting import models
from local.sagemaker.hosting.serving_container import ServingContainer, ServingError
from local.sagemaker.jobs import job_operations, job_process
from local.sagemaker.jobs.job import Job, JobFailedError, Kind

DEFAULT_CONCURRENCY = 2  # requests at a time


def run(job: Job) -> None:
    """Run a batch transform (SplitType Line, BatchStrategy SingleRecord)."""
    record = job.record
    source = record["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    bucket, prefix = s3_files.split(source)
    found = s3_files.keys(source)
    if not found:
        raise JobFailedError(f"ClientError: No S3 objects found under {source}")
    environment = {"SAGEMAKER_BATCH": "true", **record.get("Environment", {})}
    if key := record["TransformOutput"].get("KmsKeyId"):
        job_process.require_encrypt(job, key)
    model = models.container(record["ModelName"])
    try:
        serving = ServingContainer(model, job.session, job.base / "serving", job.log, environment)
    except ServingError as error:
        raise JobFailedError(f"AlgorithmError: {error}") from error
    try:
        for key in found:
            body = _transform(job, serving, s3_files.read(f"s3://{bucket}/{key}"))
            name = key.removeprefix(prefix).lstrip("/") or PurePosixPath(key).name
            target = record["TransformOutput"]["S3OutputPath"].rstrip("/")
            s3_files.write(f"{target}/{name}.out", body)
    finally:
        serving.close()


def _transform(job: Job, serving: ServingContainer, content: bytes) -> bytes:
    """Return the responses to one object, one per line; raises JobFailedError."""
    source = job.record["TransformInput"]
    kind = source.get("ContentType", "application/octet-stream")
    accept = job.record["TransformOutput"].get("Accept", "*/*")
    by_line = source.get("SplitType") == "Line"
    parts = [line for line in content.splitlines() if line.strip()] if by_line else [content]

    def invoke(part: bytes) -> bytes:
        if job.stopping.is_set():
            return b""
        try:
            response = serving.invoke(part, kind, accept)
        except OSError as error:
            raise JobFailedError(f"AlgorithmError: {error}") from error
        if response.status != 200:
            body = response.body.decode(errors="replace")[:512]
            message = f"ClientError: Bad HTTP status returned {response.status}: {body}"
            raise JobFailedError(message)
        return response.body.rstrip(b"\n") + b"\n"

    workers = int(job.record.get("MaxConcurrentTransforms") or DEFAULT_CONCURRENCY)
    with ThreadPoolExecutor(workers) as pool:
        return b"".join(pool.map(invoke, parts))


def with_defaults(body: Json) -> Json:
    """Return the request with AWS's defaults; raises ApiError if the model does not exist."""
    models.models.get(body["ModelName"])
    source = {"CompressionType": "None", "SplitType": "None"} | body["TransformInput"]
    output = {"AssembleWith": "None"} | body["TransformOutput"]
    return {**body, "TransformInput": source, "TransformOutput": output}


def event_detail(record: Json) -> Json:
    """Return the detail of an event."""
    return shapes.select_output("DescribeTransformJob", record)


KIND = Kind(
    "TransformJob",
    "transform-job",
    "SageMaker Transform Job State Change",
    run,
    with_defaults,
    event_detail,
    role=lambda job: models.role(job.record["ModelName"]),
    vpc_config=lambda job: models.vpc_config(job.record["ModelName"]),
)
job_operations.register(KIND)
