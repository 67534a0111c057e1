"""Uploads, schedules and commands: one run for each, with the latest approved version."""

import json

import pytest

from batch_starter import ended_run, handler
from batch_starter.batch_events import RunEnded
from common.batch_request import BatchRequest, InputFile
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, objects

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3"
TIME = "2024-10-10T12:00:00Z"
PIPELINE = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-batch"
JOB_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/pipelines-1-PrepareBatch-2"
JOB = {
    "ProcessingJobName": "pipelines-1-PrepareBatch-2",
    "ProcessingJobArn": JOB_ARN,
    "ProcessingJobStatus": "Failed",
    "ProcessingResources": {
        "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
    },
    "AppSpecification": {"ImageUri": "image"},
    "CreationTime": 0,
    "ExitMessage": "ClientError: got no object batchdata/input/a/1.csv",
}
FAILED_STEP = {
    "StepName": "PrepareBatch",
    "StepStatus": "Failed",
    "FailureReason": "ClientError: exit code 1",
    "Metadata": {"ProcessingJob": {"Arn": JOB_ARN}},
}


def upload(key="batchdata/input/a.csv", version="v1"):
    item = {"key": key, "size": 3, "version-id": version}
    return {"source": "aws.s3", "time": TIME, "detail": {"object": item}}


def ended(status="Failed"):
    detail = {
        "pipelineArn": PIPELINE,
        "pipelineExecutionArn": f"{PIPELINE}/execution/1",
        "currentPipelineExecutionStatus": status,
    }
    return {"source": "aws.sagemaker", "time": TIME, "detail": detail}


class Account:
    """Starts one execution per token; another request with a used token is a conflict."""

    def __init__(self, s3):
        self.s3, self.runs, self.packages = s3, {}, [ARN]
        self.recorded, self.steps, self.values = [], [], {}  # events; of the run that ended

    def start(self, **request):
        earlier = self.runs.setdefault(request["ClientRequestToken"], request)
        if earlier != request:
            raise CallError("ConflictException")
        return {"PipelineExecutionArn": f"arn:{request['ClientRequestToken']}"}

    def list(self, **request):
        assert request["ModelApprovalStatus"] == "Approved"
        summary = {
            "ModelPackageGroupName": "test-models",
            "CreationTime": 0,
            "ModelPackageStatus": "Completed",
        }
        return {
            "ModelPackageSummaryList": [
                {**summary, "ModelPackageArn": arn} for arn in self.packages[:1]
            ]
        }

    def put(self, key, body=b"0.1"):
        return self.s3.put_object(Bucket=BUCKET, Key=key, Body=body).get("VersionId")

    def parameters(self, **_):
        found = [{"Name": name, "Value": value} for name, value in self.values.items()]
        return {"PipelineParameters": found}

    def record(self, Entries):  # noqa: N803
        self.recorded += [(entry["DetailType"], json.loads(entry["Detail"])) for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": []}

    def deliver(self, event):
        sagemaker = {
            "DescribePipelineExecution": lambda **_: {
                "PipelineExecutionStatus": "Failed",
                "CreationTime": 0,
            },
            "DescribeProcessingJob": lambda **_: JOB,
            "ListModelPackages": self.list,
            "ListPipelineExecutionSteps": lambda **_: {"PipelineExecutionSteps": self.steps},
            "ListPipelineParametersForExecution": self.parameters,
            "StartPipelineExecution": self.start,
        }
        with (
            stubbed(handler.sagemaker, sagemaker),
            stubbed(handler.events, {"PutEvents": self.record}),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(handler, "s3", self.s3)
            return handler.lambda_handler(event, CONTEXT)


@pytest.fixture
def account(monkeypatch):
    settings = {
        "BUCKET": BUCKET,
        "EVENT_BUS_NAME": "test",
        "MODEL_PACKAGE_GROUP_NAME": "test-models",
        "PIPELINE_NAME": "test-batch",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield Account(s3)


def test_upload_is_scored_by_the_latest_approved_version(account):
    done = account.deliver(upload())
    assert done["outcome"] == "started with model 3"
    [run] = account.runs.values()
    parameters = {p["Name"]: p["Value"] for p in run["PipelineParameters"]}
    assert parameters["ModelPackageArn"] == ARN
    request = json.loads(objects(account.s3)[parameters["RequestKey"]])
    assert request["files"] == [{"key": "batchdata/input/a.csv", "version_id": "v1"}]


def test_redelivered_upload_starts_no_second_run_even_with_a_newer_version(account):
    first = account.deliver(upload())
    assert account.deliver(upload()) == first
    account.packages.insert(0, ARN.replace("/3", "/4"))
    assert account.deliver(upload())["outcome"] == "the run was started before"
    assert len(account.runs) == 1


def test_same_file_uploaded_twice_is_scored_twice(account):
    account.deliver(upload())
    account.deliver(upload(version="v2"))
    account.deliver(upload("batchdata/input/b.csv"))
    assert len(account.runs) == 3


def test_folder_starts_nothing(account):
    assert account.deliver(upload("batchdata/input/folder/"))["outcome"] == "no files to score"
    assert account.runs == {}


def test_empty_file_gets_a_manifest_like_any_other(account):
    account.put("batchdata/input/empty.csv", b"")
    account.put("batchdata/input/folder/", b"")
    event = {"source": "evergreen.schedule", "id": "e-1", "time": TIME}
    assert account.deliver(event)["files"] == ["batchdata/input/empty.csv"]


def test_without_an_approved_version_the_event_is_kept(account):
    account.packages.clear()
    with pytest.raises(handler.NoApprovedModelError, match="test-models: got no approved"):
        account.deliver(upload())


def test_schedule_scores_versions_without_a_manifest(account):
    version = account.put("batchdata/input/done.csv")
    account.put("batchdata/input/changed.csv")
    account.put("batchdata/input/a/new.csv")
    done = json.dumps({"input": {"version_id": version}}).encode()
    account.put("batchdata/output/done.csv.manifest.json", done)
    account.put("batchdata/output/changed.csv.manifest.json", done)
    event = {"source": "evergreen.schedule", "id": "e-1", "time": TIME}
    found = account.deliver(event)["files"]
    assert found == ["batchdata/input/a/new.csv", "batchdata/input/changed.csv"]
    account.put("batchdata/input/later.csv")
    account.deliver(event)  # delivered again
    [run] = account.runs.values()
    key = run["PipelineParameters"][1]["Value"]
    assert len(json.loads(objects(account.s3)[key])["files"]) == 2


def test_command_scores_a_folder_again(account):
    for name in ("a/1.csv", "a/2.csv", "b/3.csv"):
        account.put(f"batchdata/input/{name}")
    event = {
        "source": "evergreen.cli",
        "id": "c-1",
        "time": TIME,
        "prefix": "batchdata/input/a/",
    }
    assert len(account.deliver(event)["files"]) == 2
    account.deliver({**event, "id": "c-2"})
    assert len(account.runs) == 2


def test_command_elsewhere_is_refused(account):
    event = {"source": "evergreen.cli", "id": "c-1", "time": TIME, "prefix": "training/"}
    with pytest.raises(ValueError, match="prefix: got 'training/'"):
        account.deliver(event)


@pytest.fixture
def run(account):
    """A run of two files that failed."""
    for name in ("a/1.csv", "a/2.csv"):
        account.put(f"batchdata/input/{name}")
    command = {"source": "evergreen.cli", "id": "c-1", "time": TIME}
    account.deliver(command | {"prefix": "batchdata/input/a/"})
    [started] = account.runs.values()
    account.values = {p["Name"]: p["Value"] for p in started["PipelineParameters"]}
    account.steps = [FAILED_STEP]
    return started["ClientRequestToken"]


def test_failed_run_is_recorded_with_its_files_and_the_message_of_its_job(account, run):
    account.deliver(ended())
    assert account.recorded == [
        (
            "Batch Failed",
            {
                "version": "1",
                "run_id": run,
                "execution_arn": f"{PIPELINE}/execution/1",
                "status": "Failed",
                "reason": "PrepareBatch: ClientError: got no object batchdata/input/a/1.csv",
                "files": 2,
                "file_names": ["a/1.csv", "a/2.csv"],
                "folder": "a/",
            },
        )
    ]


def test_redelivered_failure_records_the_same_and_starts_nothing(account, run):
    first = account.deliver(ended())
    assert account.deliver(ended()) == first
    assert account.recorded[0] == account.recorded[1]
    assert len(account.runs) == 1


def test_stopped_run_has_no_failed_step(account, run):
    account.steps = []
    account.deliver(ended("Stopped"))
    [(_, detail)] = account.recorded
    assert (detail["status"], detail["reason"][:14]) == ("Stopped", "it was stopped")


@pytest.mark.parametrize("values", [{}, {"RequestKey": "batch-runs/none/request.json"}])
def test_failure_of_a_run_that_was_started_by_hand_is_recorded_too(account, values):
    account.steps, account.values = [FAILED_STEP], values
    account.deliver(ended())
    [(_, detail)] = account.recorded
    assert (detail["run_id"], detail["files"], detail["folder"]) == (None, 0, "")


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["a.csv"], ""),
        (["a/b/1.csv"], "a/b/"),
        (["a/b/1.csv", "a/c/1.csv"], "a/"),
        (["a/1.csv", "ab/1.csv"], ""),
    ],
)
def test_folder_is_the_longest_one_that_all_files_are_in(names, folder):
    assert ended_run.folder(names) == folder


def test_event_about_a_thousand_files_names_the_first(account):
    files = tuple(InputFile(key=f"{'x' * 1000}{number}") for number in range(1000))
    request = BatchRequest(run_id="1", files=files)
    detail = ended_run.detail(RunEnded.model_validate(ended()), request, "no")
    assert (detail["files"], len(detail["file_names"])) == (1000, 20)
    assert len(json.dumps(detail)) < 256_000
