"""Transform jobs: every line of the input objects is one request to the model's container."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import Any

from local.sagemaker import files, jobs, models, shapes
from local.sagemaker.jobs import Job, JobFailedError
from local.sagemaker.serving import Serving, ServingError

Json = dict[str, Any]
CONCURRENT = 2  # requests at a time, unless the job says otherwise


def run(job: Job) -> None:
    """Do one batch transform (SplitType Line, BatchStrategy SingleRecord)."""
    record = job.record
    source = record["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    bucket, prefix = files.split(source)
    found = files.keys(source)
    if not found:
        raise JobFailedError(f"ClientError: No S3 objects found under {source}")
    environment = {"SAGEMAKER_BATCH": "true", **record.get("Environment", {})}
    container = models.container(record["ModelName"])
    try:
        serving = Serving(container, job.base / "serving", job.log, environment)
    except ServingError as error:
        raise JobFailedError(f"AlgorithmError: {error}") from error
    try:
        for key in found:
            body = _transform(job, serving, files.read(f"s3://{bucket}/{key}"))
            name = key.removeprefix(prefix).lstrip("/") or PurePosixPath(key).name
            target = record["TransformOutput"]["S3OutputPath"].rstrip("/")
            files.write(f"{target}/{name}.out", body)
    finally:
        serving.close()


def _transform(job: Job, serving: Serving, content: bytes) -> bytes:
    given = job.record["TransformInput"]
    kind = given.get("ContentType", "application/octet-stream")
    accept = job.record["TransformOutput"].get("Accept", "*/*")
    single = given.get("SplitType") == "Line"
    parts = [line for line in content.splitlines() if line.strip()] if single else [content]

    def ask(part: bytes) -> bytes:
        if job.stopping.is_set():
            return b""
        try:
            answer = serving.invoke(part, kind, accept)
        except OSError as error:
            raise JobFailedError(f"AlgorithmError: {error}") from error
        if answer.status != 200:
            said = answer.body.decode(errors="replace")[:512]
            raise JobFailedError(f"ClientError: Bad HTTP status returned {answer.status}: {said}")
        return answer.body.rstrip(b"\n") + b"\n"

    workers = int(job.record.get("MaxConcurrentTransforms") or CONCURRENT)
    with ThreadPoolExecutor(workers) as pool:
        return b"".join(pool.map(ask, parts))


def complete(body: Json) -> Json:
    """Return the request with AWS's defaults; raises ApiError when there is no such model."""
    models.find(body["ModelName"])
    return {
        **body,
        "TransformInput": {"CompressionType": "None", "SplitType": "None"}
        | body["TransformInput"],
        "TransformOutput": {"AssembleWith": "None"} | body["TransformOutput"],
    }


def detail(record: Json) -> Json:
    """Return an event's detail."""
    return shapes.fit("DescribeTransformJob", record)


jobs.register(
    jobs.Kind(
        "TransformJob",
        "transform-job",
        "SageMaker Transform Job State Change",
        run,
        complete,
        detail,
    )
)
