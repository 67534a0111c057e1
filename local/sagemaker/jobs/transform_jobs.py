"""Transform jobs: the lines of the input objects are requests to the model's containers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import PurePosixPath

from local import runtime
from local.sagemaker import s3_files, shapes
from local.sagemaker.api import Json
from local.sagemaker.hosting import models
from local.sagemaker.hosting.serving_container import ServingContainer, ServingError
from local.sagemaker.jobs import job_operations, job_process
from local.sagemaker.jobs.job import Job, JobFailedError, Kind

DEFAULT_CONCURRENCY = 2  # requests at a time
DEFAULT_PAYLOAD_MB = 6


def run(job: Job) -> None:
    """Run a batch transform; several instances share the objects."""
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
    count = min(record["TransformResources"]["InstanceCount"], len(found))
    target = record["TransformOutput"]["S3OutputPath"].rstrip("/")

    def share(number: int) -> None:
        """Transform every `count`-th object on one instance."""
        base = job.base / f"serving-{number}"
        with runtime.acting(job.session):
            try:
                serving = ServingContainer(model, job.session, base, job.log, environment)
            except ServingError as error:
                raise JobFailedError(f"AlgorithmError: {error}") from error
            with closing(serving):
                for key in found[number::count]:
                    body = _transform(job, serving, s3_files.read(f"s3://{bucket}/{key}"))
                    name = key.removeprefix(prefix).lstrip("/") or PurePosixPath(key).name
                    s3_files.write(f"{target}/{name}.out", body)

    with ThreadPoolExecutor(count) as instances:
        list(instances.map(share, range(count)))


def _transform(job: Job, serving: ServingContainer, content: bytes) -> bytes:
    """Return the responses to one object, one per line; raises JobFailedError."""
    source = job.record["TransformInput"]
    kind = source.get("ContentType", "application/octet-stream")
    accept = job.record["TransformOutput"].get("Accept", "*/*")
    parts = list(_parts(job.record, content))

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


def _parts(record: Json, content: bytes) -> Iterator[bytes]:
    """Yield the body of each request: a line, or as many as fit (BatchStrategy MultiRecord)."""
    if record["TransformInput"].get("SplitType") != "Line":
        yield content
        return
    lines = [line for line in content.split(b"\n") if line.strip()]
    if record.get("BatchStrategy") != "MultiRecord":
        yield from lines
        return
    limit = int(record.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MB)) * 1024 * 1024
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        if waiting and size + len(line) + 1 > limit:
            yield b"".join(waiting)
            waiting, size = [], 0
        waiting.append(line + b"\n")
        size += len(line) + 1
    if waiting:
        yield b"".join(waiting)


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
