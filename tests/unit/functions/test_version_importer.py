"""Two buckets in moto; the two registries in memory."""

import copy
import json
import threading
from datetime import UTC, datetime, timedelta
from io import BytesIO

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from moto import mock_aws

from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from version_importer import files, handler, registration
from version_importer.promoted_version import File, PromotedVersion, VersionFileError

THEIRS, OURS = (
    "arn:aws:sagemaker:eu-west-1:123456789012",
    "arn:aws:sagemaker:eu-west-1:210987654321",
)
SOURCE = f"{THEIRS}:model-package/test-models/7"
SOURCE_BUCKET, BUCKET = "test-123456789012-eu-west-1", "test-210987654321-eu-west-1"
FOLDER, COPIED = "training/x1y2/", "training/123456789012-v7/"
REPOSITORY = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster"
SETTINGS = {
    "BUCKET": BUCKET,
    "EVENT_BUS_NAME": "test",
    "IMAGE_REPOSITORY": REPOSITORY,
    "MAXIMUM_MB": "1",
    "MODEL_PACKAGE_GROUP_NAME": "test-models",
    "SOURCE_BUCKET": SOURCE_BUCKET,
    "SOURCE_PACKAGES": SOURCE.rpartition("/")[0],
}
EVENT = {
    "id": "1",
    "source": "evergreen.loop",
    "account": "123456789012",
    "time": "2024-10-10T00:05:00Z",
    "detail": {"version": "1", "package_arn": SOURCE, "package_version": 7},
}
FILES = {
    "model/job/output/model.tar.gz": b"weights",
    "evaluation/evaluation.json": b"{}",
    "evaluation/bias.json": b"[]",
    "baseline/minutes.csv": b"1,2",
    "baseline/data_quality/constraints.json": b"{}",
}


def report(name):
    uri = f"s3://{SOURCE_BUCKET}/{FOLDER}{name}"
    return {"ContentType": "application/json", "S3Uri": uri}


class Registries:
    """The version in the other account and the group of this one."""

    def __init__(self):
        later = datetime.now(UTC) + timedelta(minutes=1)
        self.promoted = {
            "ModelPackageName": "test-models",
            "ModelPackageArn": SOURCE,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": later,
            "ModelApprovalStatus": "Approved",
            "ModelPackageDescription": "ensemble",
            "InferenceSpecification": {
                "Containers": [
                    {
                        "Image": REPOSITORY.replace("210987654321", "123456789012") + ":1a2b3c4",
                        "ImageDigest": "sha256:12",
                        "ModelDataUrl": f"s3://{SOURCE_BUCKET}/{FOLDER}model/job/output/model.tar.gz",
                    }
                ],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            "ModelMetrics": {
                "ModelQuality": {"Statistics": report("evaluation/evaluation.json")},
                "ModelDataQuality": {
                    "Constraints": report("baseline/data_quality/constraints.json")
                },
            },
            "CustomerMetadataProperties": {"candidate": "ensemble", "execution": "x1y2"},
            "ModelCard": {"ModelCardContent": "{}", "ModelCardStatus": "Draft"},
        }
        self.registered, self.tokens, self.decisions = {}, {}, []
        self.lock, self.before_create, self.failing_events = threading.Lock(), None, 0
        self.refused = None

    @property
    def container(self):
        return self.promoted["InferenceSpecification"]["Containers"][0]

    def describe(self, ModelPackageName):  # noqa: N803
        if self.refused:
            raise self.refused
        if ModelPackageName == SOURCE:
            return copy.deepcopy(self.promoted)
        return self.registered[ModelPackageName]

    def list(self, **_):
        about = {"CreationTime": 0, "ModelPackageStatus": "Completed"}
        return {
            "ModelPackageSummaryList": [{"ModelPackageArn": a, **about} for a in self.registered]
        }

    def create(self, ClientToken, **request):  # noqa: N803
        if self.before_create:
            self.before_create()
        with self.lock:
            if ClientToken in self.tokens:
                arn, first = self.tokens[ClientToken]
                assert first == request
                return {"ModelPackageArn": arn}
            number = len(self.registered) + 1
            arn = f"{OURS}:model-package/test-models/{number}"
            about = {name: self.promoted[name] for name in self.promoted if "Package" in name}
            self.registered[arn] = {**about, **request, "ModelPackageArn": arn, "CreationTime": 0}
            self.registered[arn].pop("ModelPackageGroupName")
            self.tokens[ClientToken] = arn, request
            return {"ModelPackageArn": arn}

    def put_events(self, Entries):  # noqa: N803
        if self.failing_events:
            self.failing_events -= 1
            return {"FailedEntryCount": 1, "Entries": [{"ErrorMessage": "as configured"}]}
        self.decisions += Entries
        return {"FailedEntryCount": 0, "Entries": [{}]}


@pytest.fixture
def registries(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3")
        for bucket in (SOURCE_BUCKET, BUCKET):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for name, body in FILES.items():
            s3.put_object(Bucket=SOURCE_BUCKET, Key=FOLDER + name, Body=body)
        s3.put_object(Bucket=SOURCE_BUCKET, Key="training/x1y2/model/other.tar.gz", Body=b"no")
        s3.put_object(
            Bucket=SOURCE_BUCKET, Key="training/z/evaluation/evaluation.json", Body=b"no"
        )
        found = Registries()
        operations = {
            "CreateModelPackage": found.create,
            "DescribeModelPackage": found.describe,
            "ListModelPackages": found.list,
        }
        with (
            stubbed(handler.sagemaker, operations),
            stubbed(handler.events, {"PutEvents": found.put_events}),
        ):
            yield found


def deliver(arn=SOURCE):
    return handler.lambda_handler(
        {**EVENT, "detail": {**EVENT["detail"], "package_arn": arn}}, CONTEXT
    )


def copies():
    found = handler.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        item["Key"]: handler.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
        for item in found
    }


def test_artifact_evaluation_and_baseline_are_copied_and_nothing_else(registries):
    assert deliver() == {
        "status": "Imported",
        "package_arn": f"{OURS}:model-package/test-models/1",
    }
    assert copies() == {COPIED + name: body for name, body in FILES.items()}


def test_copy_is_registered_as_approved_and_names_its_origin(registries):
    deliver()
    (package,) = registries.registered.values()
    assert package["ModelApprovalStatus"] == "Approved"
    properties = {"candidate": "ensemble", "promoted_from": SOURCE}
    assert package["CustomerMetadataProperties"] == properties
    assert package["ModelCard"] == registries.promoted["ModelCard"]
    assert package["InferenceSpecification"]["Containers"] == [
        {
            "Image": f"{REPOSITORY}:1a2b3c4",
            "ModelDataUrl": f"s3://{BUCKET}/{COPIED}model/job/output/model.tar.gz",
        }
    ]
    assert SOURCE_BUCKET not in json.dumps(package["ModelMetrics"])
    assert package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"] == (
        f"s3://{BUCKET}/{COPIED}evaluation/evaluation.json"
    )


def test_import_is_recorded_with_the_time_of_the_promotion(registries):
    deliver()
    (entry,) = registries.decisions
    assert (entry["DetailType"], entry["Source"]) == ("Version Imported", "evergreen.loop")
    assert str(entry["Time"]) == "2024-10-10 00:05:00+00:00"
    assert json.loads(entry["Detail"]) == {
        "version": "1",
        "package_arn": f"{OURS}:model-package/test-models/1",
        "package_version": 1,
        "promoted_from": SOURCE,
    }


def test_redelivered_event_registers_one_version(registries):
    first, second = deliver(), deliver()
    assert first["package_arn"] == second["package_arn"]
    assert (second["status"], len(registries.registered)) == ("AlreadyImported", 1)


def test_redelivery_does_not_write_files_of_a_version_that_may_serve(registries):
    deliver()
    handler.s3.put_object(Bucket=SOURCE_BUCKET, Key=f"{FOLDER}baseline/minutes.csv", Body=b"9")
    deliver()
    assert copies()[f"{COPIED}baseline/minutes.csv"] == b"1,2"


def test_redelivery_after_a_crash_records_the_version_that_was_registered(registries):
    registries.failing_events = 1
    with pytest.raises(RuntimeError, match="Version Imported was not recorded"):
        deliver()
    assert deliver()["status"] == "AlreadyImported"
    assert (len(registries.registered), len(registries.decisions)) == (1, 1)


def test_two_events_at_once_register_one_version(registries):
    started = threading.Barrier(2, timeout=30)
    registries.before_create = started.wait  # both have found no copy
    results = []
    threads = [threading.Thread(target=lambda: results.append(deliver())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(registries.registered) == 1
    assert [result["package_arn"] for result in results] == 2 * list(registries.registered)


def test_other_versions_are_imported_as_well(registries):
    deliver()
    other = f"{OURS}:model-package/test-models/1"
    registries.registered[other]["CustomerMetadataProperties"] = {
        "promoted_from": SOURCE[:-1] + "6"
    }
    registries.tokens.clear()
    assert deliver()["package_arn"] == f"{OURS}:model-package/test-models/2"


def test_version_whose_approval_was_withdrawn_is_not_imported(registries):
    registries.promoted["ModelApprovalStatus"] = "Rejected"
    assert deliver() == {"status": "Rejected", "package_arn": None}
    assert (copies(), registries.registered, registries.decisions) == ({}, {}, [])


@pytest.mark.parametrize(
    "arn",
    [
        f"{OURS}:model-package/test-models/7",
        f"{THEIRS}:model-package/other-models/7",
        "arn:aws:sagemaker:us-east-1:123456789012:model-package/test-models/7",
    ],
)
def test_version_of_another_group_is_refused(registries, arn):
    with pytest.raises(ValueError, match=r"package_arn: got .*, expected a version arn"):
        deliver(arn)


@pytest.mark.parametrize("name", FILES)
def test_file_that_was_written_after_the_registration_is_refused(name):
    then = datetime(2024, 10, 10, tzinfo=UTC)
    version = PromotedVersion(
        SOURCE, {**Registries().promoted, "CreationTime": then}, SOURCE_BUCKET, BUCKET
    )
    written = {each: then - timedelta(minutes=1) for each in FILES}
    version.check([File(FOLDER + each, 1, "e", time) for each, time in written.items()], 9)
    written[name] = then + timedelta(seconds=1)
    with pytest.raises(VersionFileError, match=rf"change of .*{name}: .* since .* was registered"):
        version.check([File(FOLDER + each, 1, "e", time) for each, time in written.items()], 9)


def test_tampered_version_is_neither_copied_nor_registered(registries):
    registries.promoted["CreationTime"] = datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(VersionFileError, match="was registered"):
        deliver()
    assert (copies(), registries.registered) == ({}, {})


@pytest.mark.parametrize(
    "name", ["model/job/output/model.tar.gz", "baseline/data_quality/constraints.json"]
)
def test_missing_file_is_refused(registries, name):
    handler.s3.delete_object(Bucket=SOURCE_BUCKET, Key=FOLDER + name)
    with pytest.raises(VersionFileError, match=f"{name}: got None, expected a file of"):
        deliver()
    assert registries.registered == {}


def test_file_that_is_too_large_is_refused_before_it_is_read(registries):
    key = f"{FOLDER}model/job/output/model.tar.gz"
    handler.s3.put_object(Bucket=SOURCE_BUCKET, Key=key, Body=bytes(1024**2 + 1))
    with pytest.raises(VersionFileError, match="got 1048577, expected at most 1048576 bytes"):
        deliver()
    assert copies() == {}


@pytest.mark.parametrize(
    "uri",
    [
        f"s3://{BUCKET}/training/x/model/model.tar.gz",
        f"s3://{SOURCE_BUCKET}/raw/2024/model/model.tar.gz",
        f"s3://{SOURCE_BUCKET}/training/model.tar.gz",
        f"s3://{SOURCE_BUCKET}/training/x/../model.tar.gz",
    ],
)
def test_file_elsewhere_is_refused(registries, uri):
    registries.container["ModelDataUrl"] = uri
    with pytest.raises(VersionFileError, match="file of arn"):
        deliver()


def test_refusal_by_the_other_account_fails_the_invocation(registries):
    registries.refused = CallError("AccessDeniedException", "no resource-based policy allows it")
    with pytest.raises(ClientError, match="no resource-based policy allows it"):
        deliver()
    assert (copies(), registries.registered) == ({}, {})


def test_object_that_changes_while_it_is_copied_is_refused(registries):
    key = f"{FOLDER}evaluation/bias.json"
    (listed,) = files.listed(handler.s3, SOURCE_BUCKET, [key])
    handler.s3.put_object(Bucket=SOURCE_BUCKET, Key=key, Body=b"other")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        files.copy(handler.s3, SOURCE_BUCKET, listed, BUCKET, "training/copy")
    assert copies() == {}


def test_incomplete_object_is_not_written(registries):
    (listed,) = files.listed(handler.s3, SOURCE_BUCKET, [f"{FOLDER}evaluation/bias.json"])
    body = {"Body": StreamingBody(BytesIO(b"["), 1)}
    with (
        stubbed(handler.s3, {"GetObject": lambda **_: body}),
        pytest.raises(files.IncompleteFileError, match="got 1 of 2 bytes"),
    ):
        files.copy(handler.s3, SOURCE_BUCKET, listed, BUCKET, "training/copy")
    assert copies() == {}


def test_image_of_aws_is_the_same_in_every_account():
    uri = "224300973850.dkr.ecr.eu-west-1.amazonaws.com/forecasting-deepar:1"
    assert registration.image(uri, "123456789012", REPOSITORY) == uri


@pytest.mark.parametrize("name", ["other:1", "test-forecaster@sha256:12", "test-forecaster"])
def test_image_without_counterpart_is_refused(name):
    uri = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{name}"
    with pytest.raises(registration.ImageError, match="image: got"):
        registration.image(uri, "123456789012", REPOSITORY)
