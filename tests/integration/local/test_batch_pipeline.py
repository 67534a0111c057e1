"""The batch pipeline on the local AWS: parts, rejected lines, order, instances, manifest."""

import gzip
import io
import json
import tarfile

import numpy as np
import pytest

from common import batch_files
from sagemaker_pipelines.batch_scoring import pipeline
from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.tabular import algorithm
from tests.support.event_queue import BUS, Queue, add_rule
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

BUCKET = "batch-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
TIME = "2024-10-10T12:00:00Z"


@pytest.fixture(scope="module")
def scored(aws, tmp_path_factory):
    """Return a function that scores files (name -> bytes) with a line of slope 100."""
    s3, client = aws.client("s3"), aws.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("events").create_event_bus(Name=BUS)
    package = register(s3, client, tmp_path_factory.mktemp("model"))
    definition = json.loads(pipeline.render_pipeline())
    values = {
        "Bucket": BUCKET,
        "ContentType": "text/csv",
        "EventBusName": BUS,
        "KmsKeyId": key,
        "Model": "linear_regression",
        "ProcessingImage": IMAGE,
        "RoleArn": ROLE,
    }
    for parameter in definition["Parameters"]:
        if parameter["Name"] in values:
            parameter["DefaultValue"] = values[parameter["Name"]]
    [score] = [step for step in definition["Steps"] if step["Name"] == "Score"]
    score["Arguments"] |= {"BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1}
    score["Arguments"]["TransformResources"]["InstanceCount"] = 2
    client.create_pipeline(
        PipelineName="batch",
        PipelineDisplayName="batch",
        PipelineDefinition=json.dumps(definition),
        RoleArn=ROLE,
    )

    def score_files(run, files):
        wanted = []
        for name, body in files.items():
            key = f"{batch_files.INPUT}{name}"
            s3.put_object(Bucket=BUCKET, Key=key, Body=body)
            wanted.append({"key": key})
        request = batch_files.request_key(run)
        body = json.dumps({"run_id": run, "files": wanted}).encode()
        s3.put_object(Bucket=BUCKET, Key=request, Body=body)
        parameters = {"ModelPackageArn": package, "RequestKey": request, "StartTime": TIME}
        arn = client.start_pipeline_execution(
            PipelineName="batch",
            PipelineParameters=[{"Name": n, "Value": v} for n, v in parameters.items()],
        )["PipelineExecutionArn"]
        aws.settle()
        steps = client.list_pipeline_execution_steps(PipelineExecutionArn=arn)
        return {s["StepName"]: s for s in steps["PipelineExecutionSteps"]}

    return score_files


def register(s3, client, folder):
    x = np.linspace(-1, 1, 50)
    metadata.write(folder, "linear_regression")
    algorithm.find("linear_regression").fit(x.reshape(-1, 1), 100 * x, {}, folder)
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as tar:
        for file in folder.iterdir():
            tar.add(file, file.name)
    s3.put_object(Bucket=BUCKET, Key="training/model.tar.gz", Body=body.getvalue())
    client.create_model_package_group(ModelPackageGroupName="batch-models")
    return client.create_model_package(
        ModelPackageGroupName="batch-models",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [
                {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/training/model.tar.gz"}
            ],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]


def read(aws, key):
    return aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()


@pytest.fixture(scope="module")
def results(aws, scored):
    """Return a queue of the events `Batch Scored`."""
    queue = Queue(aws, "results")
    add_rule(aws, "results", {"Arn": queue.arn}, {"detail-type": ["Batch Scored"]})
    return queue


def test_order_is_kept_and_bad_lines_are_numbered(aws, scored):
    count = 70_000  # more lines than fit into one request of 1 MB
    lines = [f"{number / count}" for number in range(count)]
    mixed = "x\n0.5\nhigh\n\n0.25,1\n-0.5\r\nnan\n"
    steps = scored(
        "first",
        {
            "big.csv": "\n".join(lines).encode(),
            "a/mixed.csv": mixed.encode(),
            "a/packed.csv.gz": gzip.compress(b"\xef\xbb\xbf0.1\n0.2"),
        },
    )
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}, steps
    values = [float(line) for line in read(aws, batch_files.result_key("big.csv")).split()]
    assert values == pytest.approx([100 * number / count for number in range(count)], abs=0.01)
    found = [float(line) for line in read(aws, batch_files.result_key("a/mixed.csv")).split()]
    assert found == pytest.approx([50, -50], abs=0.01)
    rejected = read(aws, batch_files.rejected_key("a/mixed.csv")).splitlines()
    assert [json.loads(line) for line in rejected] == [
        {"line": 3, "reason": "x: got 'high', expected a number"},
        {"line": 5, "reason": "values: got 2, expected 1: x"},
        {"line": 7, "reason": "x: got 'nan', expected a number"},
    ]
    manifest = json.loads(read(aws, batch_files.manifest_key("a/mixed.csv")))
    assert manifest["model"]["version"] == 1
    counts = {name: manifest[name] for name in ("header", "lines", "accepted", "rejected")}
    assert counts == {"header": True, "lines": 5, "accepted": 2, "rejected": 3}
    packed = json.loads(read(aws, batch_files.manifest_key("a/packed.csv.gz")))
    assert (packed["accepted"], packed["rejected_lines"]) == (2, None)
    assert aws.client("sagemaker").list_models()["Models"] == []


def test_file_without_a_good_line_has_a_manifest_and_no_job(aws, scored, results):
    steps = scored("second", {"bad.csv": b"high\nlow\n", "empty.csv": b"", "empty.gz": b""})
    assert steps["CheckAccepted"]["Metadata"]["Condition"]["Outcome"] == "False"
    assert "Score" not in steps or steps["Score"]["StepStatus"] != "Succeeded"
    manifest = json.loads(read(aws, batch_files.manifest_key("bad.csv")))
    assert (manifest["accepted"], manifest["rejected"]) == (0, 2)
    assert read(aws, batch_files.result_key("bad.csv")) == b""
    for name in ("empty.csv", "empty.gz"):
        assert json.loads(read(aws, batch_files.manifest_key(name)))["lines"] == 0
    [event] = results.bodies()
    detail = event["detail"]
    assert (detail["files"], detail["files_all_rejected"], detail["all_rejected"]) == (
        3,
        1,
        ["bad.csv"],
    )
