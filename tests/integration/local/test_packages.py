"""Model packages and groups of the local AWS: versions, approval, events, lists."""

import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import Queue, add_rule
from tests.support.local_aws import iso

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
METRICS = {
    "ModelQuality": {
        "Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/evaluation.json"}
    }
}


@pytest.fixture(scope="module")
def sagemaker(aws):
    return aws.client("sagemaker")


@pytest.fixture
def group(sagemaker, request):
    name = f"loop-{request.node.name[:50].replace('_', '-')}"
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


@pytest.fixture
def read_events(aws, group):
    """Return a function that returns the new events of the packages of the group."""
    queue = Queue(aws, group)
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [group]},
    }
    add_rule(aws, group, {"Arn": queue.arn}, pattern, bus="default")
    return queue.bodies


def register(sagemaker, group, **more):
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelPackageDescription="Trained because: test",
        ModelApprovalStatus="PendingManualApproval",
        ModelMetrics=METRICS,
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://b/model.tar.gz"}],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        CustomerMetadataProperties={"reason": "test"},
        **more,
    )["ModelPackageArn"]


def test_new_version_is_described_and_sends_an_event(aws, sagemaker, group, read_events):
    now = iso(aws.now())
    arn = register(sagemaker, group)
    assert arn == f"{ARN}/{group}/1"
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelPackageVersion"] == 1
    assert described["ModelPackageStatus"] == "Completed"
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelMetrics"] == METRICS
    assert described["CustomerMetadataProperties"] == {"reason": "test"}
    assert iso(described["CreationTime"]) == now
    (event,) = read_events()
    assert event["resources"] == [arn]
    assert event["time"] == now
    detail = event["detail"]
    assert detail["ModelPackageArn"] == arn
    assert detail["ModelPackageVersion"] == 1
    assert detail["ModelApprovalStatus"] == "PendingManualApproval"
    assert detail["CreationTime"] == detail["LastModifiedTime"] == now
    assert detail["ModelPackageStatusDetails"] == {
        "ValidationStatuses": [],
        "ImageScanStatuses": [],
    }
    assert "UpdatedModelPackageFields" not in detail


def test_approval_sends_an_event_with_the_changed_fields(aws, sagemaker, group, read_events):
    arn = register(sagemaker, group)
    read_events()
    now = iso(aws.next_hour())
    sagemaker.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    (event,) = read_events()
    assert event["detail"]["ModelApprovalStatus"] == "Approved"
    assert event["detail"]["UpdatedModelPackageFields"] == [
        "ModelApprovalStatus",
        "ApprovalDescription",
    ]
    assert event["detail"]["LastModifiedTime"] == now
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ApprovalDescription"] == "good"
    assert iso(described["LastModifiedTime"]) == now


def test_metadata_of_an_approved_version_sends_approved_again(sagemaker, group, read_events):
    arn = register(sagemaker, group)
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    read_events()
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"deployed": "yes"},
        CustomerMetadataPropertiesToRemove=["reason"],
    )
    (event,) = read_events()
    assert event["detail"]["ModelApprovalStatus"] == "Approved"
    assert event["detail"]["UpdatedModelPackageFields"] == ["CustomerMetadataProperties"]
    assert event["detail"]["CustomerMetadataProperties"] == {"deployed": "yes"}


def test_lists_are_filtered_sorted_and_paged(sagemaker, group):
    arns = [register(sagemaker, group) for _ in range(4)]
    for arn in arns[1:3]:
        sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    first = sagemaker.list_model_packages(
        ModelPackageGroupName=group, MaxResults=1, SortBy="CreationTime", SortOrder="Descending"
    )
    assert [p["ModelPackageArn"] for p in first["ModelPackageSummaryList"]] == arns[-1:]
    assert first["NextToken"]
    approved = sagemaker.list_model_packages(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved", SortOrder="Ascending"
    )
    versions = [p["ModelPackageVersion"] for p in approved["ModelPackageSummaryList"]]
    assert versions == [2, 3]
    assert sagemaker.list_model_packages()["ModelPackageSummaryList"] == []
    groups = sagemaker.list_model_package_groups(NameContains=group)
    assert [g["ModelPackageGroupName"] for g in groups["ModelPackageGroupSummaryList"]] == [group]


def test_group_is_deleted_after_its_versions_and_numbers_are_not_reused(sagemaker, group):
    register(sagemaker, group)
    last = register(sagemaker, group)
    with pytest.raises(ClientError, match="ConflictException"):
        sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    listed = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert listed[0]["ModelPackageArn"] == last
    for package in listed:
        sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
    arn = register(sagemaker, group)
    assert arn == f"{ARN}/{group}/{len(listed) + 1}"
    sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName=group)


def test_a_repeated_request_registers_one_version(sagemaker, group):
    first, again, other = (
        register(sagemaker, group, ClientToken=name) for name in ("same", "same", "another")
    )
    assert first == again
    assert other != first
