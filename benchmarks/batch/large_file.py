"""Score one large file by the batch pipeline on a local AWS; print rows per second and memory.

`python -m benchmarks.batch.large_file [--gigabytes 1]` (Linux). Nothing is kept.
"""

import argparse
import json
import random
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import report
from cli.connection import local_client
from common import batch_files
from local import lifecycle
from sagemaker_pipelines.batch_scoring import pipeline
from sagemaker_pipelines.tabular import record
from scripts.develop import container, samples

MODEL, BUCKET, REGION = "abalone", "large-batch", "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/large-batch"
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/loop-forecaster:1"
GIGABYTE = 10**9
BLOCK = 20_000  # different rows, written again and again in another order
STEPS = {  # step -> what its process is called
    "PrepareBatch": "sagemaker_pipelines.steps.prepare_batch",
    "Score": "sagemaker_pipelines.container serve",
    "Collect": "sagemaker_pipelines.steps.collect_batch",
}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
POLL_SECONDS = 0.2


def main() -> None:
    """Run the pipeline and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch.large_file")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    args = parser.parse_args()
    with TemporaryDirectory(prefix="large-batch-") as folder:
        home = Path(folder) / "aws"
        file = Path(folder) / "rows.csv"
        rows = write_rows(file, int(args.gigabytes * GIGABYTE))
        print(f"{rows} rows, {file.stat().st_size} bytes", flush=True)
        archive = train(Path(folder))
        url = lifecycle.up(0, home, ["--clock", "real"])["endpoint_url"]
        try:
            memory = Memory()
            seconds, manifest = score(url, archive, file)
        finally:
            lifecycle.down(home)
    found = [
        [name, seconds[name], rows / seconds[name], memory.peak_mb.get(name, 0.0)]
        for name in STEPS
    ]
    print(report.table(("step", "seconds", "rows/s", "peak MB"), found))
    print({name: manifest[name] for name in ("lines", "accepted", "rejected")})


def write_rows(path: Path, size: int) -> int:
    """Write drawn rows of the model to a file of about `size` bytes; return their number."""
    drawn = samples.drawn(record.read(MODEL).features, BLOCK)
    lines = [f"{','.join(row[:-1])}\n".encode() for row in drawn]
    draw, written, rows = random.Random(0), 0, 0
    with path.open("wb") as file:
        while written < size:
            draw.shuffle(lines)
            written += file.write(b"".join(lines))
            rows += BLOCK
    return rows


def train(folder: Path) -> Path:
    """Train the model as its image does; return the archive."""
    base, archive = folder / "ml", folder / "model.tar.gz"
    sample = samples.write(MODEL, base / "input" / "data" / "train", None)
    (base / "input" / "config").mkdir()
    config = base / "input" / "config" / "hyperparameters.json"
    config.write_text(json.dumps(sample.hyperparameters))
    container.train(base)
    with tarfile.open(archive, "w:gz") as tar:
        for path in (base / "model").iterdir():
            tar.add(path, path.name)
    return archive


class Memory:
    """Peak resident memory of the processes of each step, read while they run."""

    def __init__(self) -> None:
        self.peak_mb: dict[str, float] = {}
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            for step, peak in _peaks():
                self.peak_mb[step] = max(peak, self.peak_mb.get(step, 0.0))
            time.sleep(POLL_SECONDS)


def _peaks() -> Iterator[tuple[str, float]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            status = (folder / "status").read_text()
        except OSError:  # it has just ended
            continue
        for step, program in STEPS.items():
            if program in command and (peak := status.partition("VmHWM:")[2].split()):
                yield step, int(peak[0]) / 1024


def score(url: str, archive: Path, file: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """Run the pipeline on a file; return the seconds of its steps, and the file's manifest."""
    s3 = local_client("s3", url, REGION)
    arn = _start(url, archive, file)
    sagemaker = local_client("sagemaker", url, REGION)
    while (status := sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))[
        "PipelineExecutionStatus"
    ] == "Executing":
        time.sleep(1)
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    if status["PipelineExecutionStatus"] != "Succeeded":
        raise SystemExit(json.dumps(listed["PipelineExecutionSteps"], default=str, indent=1))
    seconds = {
        step["StepName"]: (step["EndTime"] - step["StartTime"]).total_seconds()
        for step in listed["PipelineExecutionSteps"]
    }
    body = s3.get_object(Bucket=BUCKET, Key=batch_files.manifest_key(file.name))["Body"]
    return seconds, json.loads(body.read())


def _start(url: str, archive: Path, file: Path) -> str:
    """Create what a deployment has, upload the file, and start the pipeline; return its ARN."""
    s3, sagemaker = local_client("s3", url, REGION), local_client("sagemaker", url, REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    local_client("events", url, REGION).create_event_bus(Name=BUCKET)
    _create_role(url)
    request = {"run_id": "large", "files": [{"key": f"{batch_files.INPUT}{file.name}"}]}
    key = batch_files.request_key("large")
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(request).encode())
    s3.upload_file(str(archive), BUCKET, archive.name)
    s3.upload_file(str(file), BUCKET, request["files"][0]["key"])
    sagemaker.create_pipeline(
        PipelineName=BUCKET,
        PipelineDefinition=json.dumps(_definition(url)),
        RoleArn=ROLE,
    )
    values = {
        "ModelPackageArn": _register(sagemaker, archive),
        "RequestKey": key,
        "StartTime": "2024-10-10T12:00:00Z",
    }
    parameters = [{"Name": name, "Value": value} for name, value in values.items()]
    started = sagemaker.start_pipeline_execution(
        PipelineName=BUCKET, PipelineParameters=parameters
    )
    return str(started["PipelineExecutionArn"])


def _create_role(url: str) -> None:
    iam, name = local_client("iam", url, REGION), ROLE.rpartition("/")[2]
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
    }
    for put, document in ((iam.create_role, trust), (iam.put_role_policy, EVERYTHING)):
        text = json.dumps({"Version": "2012-10-17", "Statement": [document]})
        if document is trust:
            put(RoleName=name, AssumeRolePolicyDocument=text)
        else:
            put(RoleName=name, PolicyName="everything", PolicyDocument=text)


def _register(sagemaker: Any, archive: Path) -> str:
    sagemaker.create_model_package_group(ModelPackageGroupName=BUCKET)
    package = sagemaker.create_model_package(
        ModelPackageGroupName=BUCKET,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{archive.name}"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return str(package["ModelPackageArn"])


def _definition(url: str) -> dict[str, Any]:
    """Return the pipeline with the settings of modules/batch for a tabular model."""
    key = local_client("kms", url, REGION).create_key()["KeyMetadata"]["Arn"]
    values = {
        "Bucket": BUCKET,
        "ContentType": "text/csv",
        "EventBusName": BUCKET,
        "KmsKeyId": key,
        "Model": MODEL,
        "ProcessingImage": IMAGE,
        "RoleArn": ROLE,
    }
    document: dict[str, Any] = json.loads(pipeline.render_pipeline())
    for parameter in document["Parameters"]:
        if parameter["Name"] in values:
            parameter["DefaultValue"] = values[parameter["Name"]]
    for step in document["Steps"]:
        if step["Name"] == "Score":
            step["Arguments"] |= {"BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1}
    return document


if __name__ == "__main__":
    main()
