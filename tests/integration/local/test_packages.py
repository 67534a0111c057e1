import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import Queue, add_rule

GROUP = "loop-models"
ARN = f"arn:aws:sagemaker:eu-west-1:123456789012:model-package/{GROUP}"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
METRICS = {
    "ModelQuality": {
        "Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/evaluation.json"}
    }
}


@pytest.fixture(scope="module")
def sagemaker(aws):
    client = aws.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName=GROUP)
    return client


@pytest.fixture(scope="module", autouse=True)
def caught(aws):
    """Let every event of the packages go to a queue."""
    queue = Queue(aws, "caught")
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [GROUP]},
    }
    add_rule(aws, "packages", {"Arn": queue.arn}, pattern, bus="default")
    return queue.bodies


def register(sagemaker, **more):
    return sagemaker.create_model_package(
        ModelPackageGroupName=GROUP,
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


def test_a_version_is_described_and_announced(sagemaker, caught):
    arn = register(sagemaker)
    assert arn == f"{ARN}/1"
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelPackageVersion"] == 1
    assert described["ModelPackageStatus"] == "Completed"
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelMetrics"] == METRICS
    assert described["CustomerMetadataProperties"] == {"reason": "test"}
    assert described["CreationTime"].isoformat() == "2024-10-10T00:00:00+00:00"
    (event,) = caught()
    assert event["resources"] == [arn]
    assert event["time"] == "2024-10-10T00:00:00Z"
    detail = event["detail"]
    assert detail["ModelPackageArn"] == arn
    assert detail["ModelPackageVersion"] == 1
    assert detail["ModelApprovalStatus"] == "PendingManualApproval"
    assert detail["CreationTime"] == detail["LastModifiedTime"] == "2024-10-10T00:00:00Z"
    assert detail["ModelPackageStatusDetails"] == {
        "ValidationStatuses": [],
        "ImageScanStatuses": [],
    }
    assert "UpdatedModelPackageFields" not in detail


def test_an_approval_is_announced_with_the_fields_it_changed(aws, sagemaker, caught):
    arn = register(sagemaker)
    caught()
    aws.advance("2024-10-10T01:00:00Z")
    sagemaker.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    (event,) = caught()
    assert event["detail"]["ModelApprovalStatus"] == "Approved"
    assert event["detail"]["UpdatedModelPackageFields"] == [
        "ModelApprovalStatus",
        "ApprovalDescription",
    ]
    assert event["detail"]["LastModifiedTime"] == "2024-10-10T01:00:00Z"
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ApprovalDescription"] == "good"
    assert described["LastModifiedTime"].isoformat() == "2024-10-10T01:00:00+00:00"


def test_a_note_on_an_approved_version_says_approved_again(sagemaker, caught):
    arn = register(sagemaker)
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    caught()
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"deployed": "yes"},
        CustomerMetadataPropertiesToRemove=["reason"],
    )
    (event,) = caught()
    assert event["detail"]["ModelApprovalStatus"] == "Approved"
    assert event["detail"]["UpdatedModelPackageFields"] == ["CustomerMetadataProperties"]
    assert event["detail"]["CustomerMetadataProperties"] == {"deployed": "yes"}


def test_lists_are_filtered_sorted_and_paged(sagemaker):
    newest = register(sagemaker)
    first = sagemaker.list_model_packages(
        ModelPackageGroupName=GROUP, MaxResults=1, SortBy="CreationTime", SortOrder="Descending"
    )
    assert [p["ModelPackageArn"] for p in first["ModelPackageSummaryList"]] == [newest]
    assert first["NextToken"]
    approved = sagemaker.list_model_packages(
        ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved", SortOrder="Ascending"
    )
    versions = [p["ModelPackageVersion"] for p in approved["ModelPackageSummaryList"]]
    assert versions == [2, 3]
    assert sagemaker.list_model_packages()["ModelPackageSummaryList"] == []
    groups = sagemaker.list_model_package_groups(NameContains="loop")
    assert [g["ModelPackageGroupName"] for g in groups["ModelPackageGroupSummaryList"]] == [GROUP]


def test_a_group_is_deleted_after_its_versions_and_numbers_are_not_reused(sagemaker):
    with pytest.raises(ClientError, match="ConflictException"):
        sagemaker.delete_model_package_group(ModelPackageGroupName=GROUP)
    listed = sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    for package in listed:
        sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
    arn = register(sagemaker)
    assert arn == f"{ARN}/{len(listed) + 1}"
    sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=GROUP)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName=GROUP)
