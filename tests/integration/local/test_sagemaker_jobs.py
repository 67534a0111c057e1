"""Training, processing and transform jobs of the local AWS: real containers, seen from outside."""

import io
import json
import math
import re
import tarfile

import numpy as np
import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import Queue, add_rule
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

BUCKET = "job-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
ENDED = {"Completed", "Failed", "Stopped"}
HYPERPARAMETERS = {
    "time_freq": "1min",
    "context_length": "12",
    "prediction_length": "6",
    "epochs": "4",
    "num_cells": "4",
    "num_layers": "1",
    "likelihood": "student-T",
    "mini_batch_size": "32",
    "learning_rate": "0.01",
}
SERIES = [100 + 10 * math.sin(i / 7) + i % 3 for i in range(320)]
LINE = json.dumps({"start": "2024-10-10 00:00:00", "target": SERIES[:60]})


@pytest.fixture(scope="module")
def s3(aws):
    client = aws.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    body = json.dumps({"start": "2024-10-10 00:00:00", "target": SERIES})
    client.put_object(Bucket=BUCKET, Key="in/train/data.json", Body=body.encode())
    client.put_object(Bucket=BUCKET, Key="in/test/data.json", Body=body.encode())
    client.put_object(Bucket=BUCKET, Key="in/lines/a.jsonl", Body=f"{LINE}\n{LINE}\n".encode())
    client.put_object(Bucket=BUCKET, Key="in/bad/b.jsonl", Body=b'{"target": "nothing"}\n')
    return client


@pytest.fixture(scope="module")
def sagemaker(aws, s3):
    return aws.client("sagemaker")


@pytest.fixture(scope="module", autouse=True)
def job_events(aws):
    """Return a function that returns all events of a job."""
    queue = Queue(aws, "jobs")
    pattern = {"source": ["aws.sagemaker"], "detail-type": [{"suffix": "Job State Change"}]}
    add_rule(aws, "jobs", {"Arn": queue.arn}, pattern, bus="default")
    received = []

    def read(job_arn):
        received.extend(queue.bodies())
        return [event for event in received if event["resources"] == [job_arn]]

    return read


def channel(name):
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/{name}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "ContentType": "json"}


def train(
    aws, sagemaker, name, channels=("train", "test"), image=IMAGE, settings=None, **hyperparameters
):
    sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [
                {
                    "Name": "train:final_loss",
                    "Regex": r"#quality_metric: host=\S+, train final_loss <loss>=(\S+)",
                }
            ],
        },
        HyperParameters=HYPERPARAMETERS | hyperparameters,
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/out/"},
        EnableNetworkIsolation=True,
        Tags=[{"Key": "stage", "Value": "test"}],
        **{
            "InputDataConfig": [channel(name) for name in channels],
            "ResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 5,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 300},
            **(settings or {}),
        },
    )
    aws.settle()
    return sagemaker.describe_training_job(TrainingJobName=name)


@pytest.fixture(scope="module")
def trained(aws, sagemaker):
    return train(aws, sagemaker, "good")


def test_training_has_its_model_metrics_and_times(trained, s3, aws):
    assert trained["TrainingJobStatus"] == "Completed", trained.get("FailureReason")
    uri = trained["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == f"s3://{BUCKET}/out/good/output/model.tar.gz"
    archive = s3.get_object(Bucket=BUCKET, Key="out/good/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        assert tar.getnames()
    [metric] = trained["FinalMetricDataList"]
    assert metric["MetricName"] == "train:final_loss"
    assert trained["TrainingEndTime"] > trained["TrainingStartTime"]  # in real time
    # A job takes no virtual time.
    assert trained["LastModifiedTime"] == trained["TrainingStartTime"] == trained["CreationTime"]
    assert [transition["Status"] for transition in trained["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert not list((aws.home / "work").glob("*/good"))


def test_instances_of_a_training_share_its_data(aws, sagemaker, s3):
    for number in (0, 1):
        line = {"start": "2024-10-10 00:00:00", "target": SERIES, "cat": [number]}
        key = f"in/parts/{number}.json"
        s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(line).encode())
    parts = channel("parts") | {"ChannelName": "train"}
    parts["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    count = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}
    settings = {"InputDataConfig": [parts], "ResourceConfig": count}
    job = train(aws, sagemaker, "two", settings=settings)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    body = s3.get_object(Bucket=BUCKET, Key="out/two/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        (name,) = [name for name in tar.getnames() if name.endswith("metadata.json")]
        # Each instance has read only one of the two categories.
        assert json.load(tar.extractfile(name))["cardinality"] == [2]
    group = {"logGroupName": "/aws/sagemaker/TrainingJobs"}
    streams = aws.client("logs").describe_log_streams(**group)["logStreams"]
    assert any(stream["logStreamName"].startswith("two/algo-1-") for stream in streams)


def test_error_in_the_part_of_one_instance_is_the_failure_reason(aws, sagemaker, s3):
    lines = [{"start": "2024-10-10 00:00:00", "target": SERIES}, {"start": "noon", "target": [1]}]
    for number, line in enumerate(lines):
        body = json.dumps(line).encode()
        s3.put_object(Bucket=BUCKET, Key=f"in/damaged/{number}.json", Body=body)
    parts = channel("damaged") | {"ChannelName": "train"}
    parts["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    count = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}
    settings = {"InputDataConfig": [parts], "ResourceConfig": count}
    job = train(aws, sagemaker, "two-damaged", settings=settings)
    assert job["TrainingJobStatus"] == "Failed"
    assert "start: got 'noon', expected a time" in job["FailureReason"]


def test_output_of_a_training_is_in_its_log_file_and_in_cloudwatch(trained, aws):
    written = (aws.home / "logs/jobs/good.log").read_text()
    assert "#quality_metric" in written
    logs, group = aws.client("logs"), {"logGroupName": "/aws/sagemaker/TrainingJobs"}
    streams = [s["logStreamName"] for s in logs.describe_log_streams(**group)["logStreams"]]
    (stream,) = [name for name in streams if name.startswith("good/")]
    assert stream.startswith("good/algo-1-")
    events = logs.get_log_events(**group, logStreamName=stream)["events"]
    assert any("#quality_metric" in event["message"] for event in events)


def test_training_sends_an_event_for_each_status_in_the_format_of_the_schema_registry(
    trained, job_events
):
    events = job_events(trained["TrainingJobArn"])
    assert [event["detail"]["SecondaryStatus"] for event in events] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    last = events[-1]
    assert (last["source"], last["detail-type"]) == (
        "aws.sagemaker",
        "SageMaker Training Job State Change",
    )
    detail = last["detail"]
    assert detail["TrainingJobStatus"] == "Completed"
    assert detail["ModelArtifacts"] == trained["ModelArtifacts"]
    assert detail["CreationTime"] == detail["LastModifiedTime"] == 1728518400000
    assert detail["TrainingEndTime"] > detail["TrainingStartTime"] == 1728518400000
    assert detail["SecondaryStatusTransitions"][-1]["StartTime"] == 1728518400000
    assert detail["Tags"] == {"stage": "test"}
    assert {"ContentType", "CompressionType", "RecordWrapperType", "ChannelName"} <= set(
        detail["InputDataConfig"][0]
    )


def test_failed_training_has_a_reason(aws, sagemaker, job_events):
    failed = train(aws, sagemaker, "impossible", prediction_length="100")
    assert failed["TrainingJobStatus"] == "Failed"
    assert failed["FailureReason"].startswith(
        "AlgorithmError: longest training series: got 320 values"
    )
    assert failed["FailureReason"].endswith(", exit code: 1")
    detail = job_events(failed["TrainingJobArn"])[-1]["detail"]
    assert (detail["TrainingJobStatus"], detail["FailureReason"]) == (
        "Failed",
        failed["FailureReason"],
    )


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/vnd.oci.image.index.v1+json", "Failed"),
        ("application/vnd.docker.distribution.manifest.v2+json", "Completed"),
    ],
)
def test_image_that_was_pushed_as_an_index_is_refused(aws, sagemaker, media_type, status):
    client, name = aws.client("ecr"), f"{status.lower()}-forecaster"
    client.create_repository(repositoryName=name)
    client.put_image(
        repositoryName=name,
        imageManifest=json.dumps({"schemaVersion": 2}),
        imageManifestMediaType=media_type,
        imageTag="1",
    )
    image = IMAGE.replace("loop-forecaster", name)
    described = train(aws, sagemaker, name, image=image)
    assert described["TrainingJobStatus"] == status
    if status == "Failed":
        assert f"Unsupported manifest media type {media_type}" in described["FailureReason"]


def test_channel_without_objects_fails_the_training(aws, sagemaker):
    failed = train(aws, sagemaker, "no-data", channels=("missing",))
    assert failed["FailureReason"].startswith("ClientError: No S3 objects found under S3 URL")


def test_name_of_an_existing_job_is_rejected_and_jobs_are_listed(aws, sagemaker, trained):
    with pytest.raises(ClientError, match="ResourceInUse"):
        train(aws, sagemaker, "good")
    listed = sagemaker.list_training_jobs(NameContains="good")["TrainingJobSummaries"]
    assert [job["TrainingJobName"] for job in listed] == ["good"]
    with pytest.raises(ClientError, match="Requested resource not found"):
        sagemaker.describe_training_job(TrainingJobName="unknown")


def process(sagemaker, name, code, inputs=(), **more):
    sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=ROLE,
        AppSpecification={"ImageUri": IMAGE, "ContainerEntrypoint": ["python", "-c", code]},
        ProcessingInputs=[
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/in/{name}",
                    "LocalPath": f"/opt/ml/processing/{name}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
            for name in inputs
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/processed/{name}",
                        "LocalPath": "/opt/ml/processing/out",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        ProcessingResources={
            "ClusterConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 5,
            }
        },
        **more,
    )


COPY = """
import json, os, pathlib
from sagemaker_pipelines.paths import Paths
paths = Paths.from_env()
config = json.loads((paths.base / "config/processingjobconfig.json").read_text())
text = (paths.processing("train") / "data.json").read_text()
(paths.processing("out") / "copy.json").write_text(text)
(paths.base / "output/message").write_text(config["ProcessingJobName"] + os.environ["EXTRA"])
import boto3
print(boto3.client("s3").list_buckets()["Buckets"][0]["Name"])
"""


def test_processing_job_uploads_its_files_and_reports_its_message(aws, sagemaker, s3, job_events):
    process(sagemaker, "copying", COPY, ["train"], Environment={"EXTRA": "!"})
    aws.settle()
    done = sagemaker.describe_processing_job(ProcessingJobName="copying")
    assert done["ProcessingJobStatus"] == "Completed", done.get("FailureReason")
    assert done["ExitMessage"] == "copying!"
    copied = s3.get_object(Bucket=BUCKET, Key="processed/copying/copy.json")["Body"].read()
    assert json.loads(copied)["target"] == SERIES
    first, last = job_events(done["ProcessingJobArn"])
    assert first["detail"]["ProcessingJobStatus"] == "InProgress"
    source = last["detail"]["ProcessingInputs"][0]["S3Input"]
    assert (source["S3DataType"], source["S3InputMode"]) == ("S3_PREFIX", "FILE")
    assert last["detail"]["ProcessingEndTime"] > last["detail"]["ProcessingStartTime"]
    assert last["detail"]["ProcessingStartTime"] == 1728518400000
    assert BUCKET in (aws.home / "logs/jobs/copying.log").read_text()


BREAK = """
from sagemaker_pipelines.paths import JobError, Paths, report_failures
with report_failures(Paths.from_env()):
    raise JobError("no data")
"""


def test_failed_processing_job_has_the_exit_code_as_reason(aws, sagemaker):
    process(sagemaker, "breaking", BREAK)
    aws.settle()
    failed = sagemaker.describe_processing_job(ProcessingJobName="breaking")
    reason = "AlgorithmError: See job logs for more information, exit code: 1"
    assert failed["FailureReason"] == reason
    assert failed["ExitMessage"] == "no data"


@pytest.mark.parametrize(
    ("name", "limit", "stop"),
    [("stopped", 300, True), ("too-long", 1, False)],
    ids=["by StopProcessingJob", "by its time limit"],
)
def test_job_can_be_stopped(aws, sagemaker, name, limit, stop):
    code = "print('here', flush=True); import time; time.sleep(60)"
    process(sagemaker, name, code, StoppingCondition={"MaxRuntimeInSeconds": limit})
    log = aws.home / f"logs/jobs/{name}.log"
    aws.until(lambda: log.exists() and "here" in log.read_text())
    if stop:
        sagemaker.stop_processing_job(ProcessingJobName=name)
    aws.settle()
    ended = sagemaker.describe_processing_job(ProcessingJobName=name)
    assert ended["ProcessingJobStatus"] == "Stopped"


def transform(aws, sagemaker, trained, name, source):
    try:
        sagemaker.describe_model(ModelName="good")
    except ClientError:
        artifacts = trained["ModelArtifacts"]["S3ModelArtifacts"]
        sagemaker.create_model(
            ModelName="good",
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": artifacts},
        )
    settings = {"num_samples": 20, "output_types": ["quantiles"], "quantiles": ["0.5"]}
    input_source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/{source}"}
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName="good",
        BatchStrategy="SingleRecord",
        Environment={"DEEPAR_INFERENCE_CONFIG": json.dumps(settings)},
        TransformInput={
            "DataSource": {"S3DataSource": input_source},
            "ContentType": "application/jsonlines",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/forecasts", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    aws.settle()
    return sagemaker.describe_transform_job(TransformJobName=name)


def test_transform_responds_to_each_line_in_order(aws, sagemaker, s3, trained, job_events):
    done = transform(aws, sagemaker, trained, "backtest", "lines")
    assert done["TransformJobStatus"] == "Completed", done.get("FailureReason")
    body = s3.get_object(Bucket=BUCKET, Key="forecasts/a.jsonl.out")["Body"].read()
    responses = [json.loads(line) for line in body.splitlines()]
    assert [len(response["quantiles"]["0.5"]) for response in responses] == [6, 6]
    detail = job_events(done["TransformJobArn"])[-1]["detail"]
    assert detail["TransformJobStatus"] == "Completed"
    assert detail["TransformEndTime"] > detail["TransformStartTime"] == 1728518400000
    assert detail["TransformInput"]["CompressionType"] == "None"
    assert detail["TransformOutput"]["AssembleWith"] == "Line"
    assert "LastModifiedTime" not in detail


def test_transform_fails_if_the_model_rejects_a_line(aws, sagemaker, trained):
    failed = transform(aws, sagemaker, trained, "refused", "bad")
    assert failed["TransformJobStatus"] == "Failed"
    assert "400" in failed["FailureReason"]


def test_invalid_request_is_rejected(aws, sagemaker):
    client = aws.client("sagemaker")
    client.meta.events.register(
        "before-call.sagemaker.CreateTrainingJob",
        lambda params, **_: params.update(body=b'{"TrainingJobName": "x", "RoleArn": 3}'),
    )
    with pytest.raises(ClientError, match="Missing required parameter") as refused:
        train(aws, client, "x")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_invalid_name_is_rejected(aws, sagemaker):
    with pytest.raises(ClientError, match="at 'trainingJobName' failed to satisfy constraint"):
        train(aws, sagemaker, "../elsewhere")


def test_stopped_training_uploads_its_model(aws, sagemaker, s3):
    body = json.dumps({"start": "2024-10-10 00:00:00", "target": SERIES * 10})
    s3.put_object(Bucket=BUCKET, Key="in/long/data.json", Body=body.encode())
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/long"}
    sagemaker.create_training_job(
        TrainingJobName="long",
        RoleArn=ROLE,
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        HyperParameters=HYPERPARAMETERS | {"epochs": "5000"},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 300},
    )
    log = aws.home / "logs/jobs/long.log"
    aws.until(lambda: log.exists() and "epoch=1," in log.read_text())
    sagemaker.stop_training_job(TrainingJobName="long")
    aws.settle()
    stopped = sagemaker.describe_training_job(TrainingJobName="long")
    assert (stopped["TrainingJobStatus"], stopped["SecondaryStatus"]) == ("Stopped", "Stopped")
    s3.head_object(Bucket=BUCKET, Key="out/long/output/model.tar.gz")


def spot(max_wait=300, **more):
    limits = {"MaxRuntimeInSeconds": 300, "MaxWaitTimeInSeconds": max_wait}
    return {"EnableManagedSpotTraining": True, "StoppingCondition": limits, **more}


def model(s3, name):
    """Return the weights and the metadata of a training's model."""
    archive = s3.get_object(Bucket=BUCKET, Key=f"out/{name}/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        weights = np.load(io.BytesIO(tar.extractfile("model.npz").read()))
        return dict(weights), json.load(tar.extractfile("metadata.json"))


@pytest.fixture
def take_capacity(aws):
    """Return a function that takes the capacity of a training away."""
    yield lambda **fault: aws.post("faults", faults=[{"service": "spot", **fault}])
    aws.post("faults", faults=[])


def test_interrupted_spot_training_goes_on_from_its_checkpoint(
    aws, sagemaker, s3, trained, take_capacity
):
    take_capacity(operation="^interrupted$", skip=1)  # after the first copy of a checkpoint
    checkpoints = {"S3Uri": f"s3://{BUCKET}/checkpoints/interrupted"}
    done = train(aws, sagemaker, "interrupted", settings=spot(CheckpointConfig=checkpoints))

    assert done["TrainingJobStatus"] == "Completed", done.get("FailureReason")
    first = ["Starting", "Downloading", "Training"]
    statuses = [transition["Status"] for transition in done["SecondaryStatusTransitions"]]
    assert statuses == [*first, "Interrupted", *first, "Uploading", "Completed"]
    assert done["TrainingTimeInSeconds"] >= done["BillableTimeInSeconds"] >= 1
    (weights, metadata), (expected, _) = model(s3, "interrupted"), model(s3, "good")
    assert all((weights[name] == expected[name]).all() for name in expected)
    resumed = metadata["training"]["resumed_after_epochs"]
    assert resumed >= 1
    log = (aws.home / "logs/jobs/interrupted.log").read_text()
    _, after = log.split(f"epoch-{resumed - 1:05d}.pt: the training goes on after it")
    again = [int(epoch) for epoch in re.findall("epoch=([0-9]+), train loss", after)]
    assert again == list(range(resumed, 4)), "no epoch before the checkpoint"


def test_interrupted_spot_training_without_checkpoints_starts_again(
    aws, sagemaker, s3, take_capacity
):
    take_capacity(operation="^again$")
    done = train(aws, sagemaker, "again", settings=spot())
    assert done["TrainingJobStatus"] == "Completed", done.get("FailureReason")
    assert model(s3, "again")[1]["training"]["resumed_after_epochs"] == 0


def test_spot_training_that_waits_too_long_is_stopped(aws, sagemaker, take_capacity):
    take_capacity(operation="^waiting$", seconds=9999)
    limits = {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1}
    done = train(aws, sagemaker, "waiting", settings=spot(StoppingCondition=limits))
    ended = (done["TrainingJobStatus"], done["SecondaryStatus"])
    assert ended == ("Stopped", "MaxWaitTimeExceeded")


@pytest.mark.parametrize(
    ("settings", "image", "message"),
    [
        (spot(299), IMAGE, "greater than or equal to MaxRuntimeInSeconds"),
        (
            spot(3601),
            "224300973850.dkr.ecr.eu-west-1.amazonaws.com/forecasting-deepar:1",
            "above 3600 seconds is not supported for the given algorithm",
        ),
        (
            spot() | {"EnableManagedSpotTraining": False},
            IMAGE,
            "only if EnableManagedSpotTraining is true",
        ),
    ],
    ids=["short", "built-in", "on-demand"],
)
def test_limits_of_spot_trainings_are_those_of_sagemaker(aws, sagemaker, settings, image, message):
    with pytest.raises(ClientError, match=message):
        train(aws, sagemaker, "refused", image=image, settings=settings)


def test_unknown_operation_is_an_error(sagemaker):
    with pytest.raises(ClientError, match="UnknownOperation"):
        sagemaker.list_notebook_instances()
