import json

import pytest
from moto import mock_aws

from model_approver import handler
from tests.support.aws_calls import names, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN

PACKAGE = f"{ARN}:model-package/test-models/3"
EVENT = {
    "id": "1",
    "time": "2024-10-10T00:05:00Z",
    "detail": {"ModelPackageArn": PACKAGE, "ModelApprovalStatus": "PendingManualApproval"},
}


@pytest.fixture
def policy(monkeypatch):
    monkeypatch.setenv("EVENT_BUS_NAME", "test")
    monkeypatch.setenv("POLICY_PARAMETER", "/test/approval/policy")
    with mock_aws():
        ssm = handler.ssm

        def put(value):
            ssm.put_parameter(
                Name="/test/approval/policy", Value=value, Type="String", Overwrite=True
            )

        yield put


def deliver(status, times=1, asked=None):
    package = {"ModelApprovalStatus": status}

    def describe(ModelPackageName):  # noqa: N803
        assert ModelPackageName == PACKAGE
        about = {"ModelPackageName": "p", "ModelPackageArn": PACKAGE, "CreationTime": 0}
        details = {"ModelPackageStatusDetails": {"ValidationStatuses": []}}
        return {**about, **details, "ModelPackageStatus": "Completed", **package}

    def update(ModelPackageArn, ModelApprovalStatus, ApprovalDescription):  # noqa: N803
        package["ModelApprovalStatus"] = ModelApprovalStatus
        return {"ModelPackageArn": ModelPackageArn}

    def put_events(Entries):  # noqa: N803
        asked is None or asked.extend(Entries)
        return {"FailedEntryCount": 0, "Entries": [{}]}

    operations = {"DescribeModelPackage": describe, "UpdateModelPackage": update}
    with (
        stubbed(handler.sagemaker, operations) as seen,
        stubbed(handler.events, {"PutEvents": put_events}),
    ):
        for _ in range(times):
            handler.lambda_handler(EVENT, CONTEXT)
    return package["ModelApprovalStatus"], names(seen).count("UpdateModelPackage")


def test_automatic_policy_approves(policy):
    policy("automatic")
    assert deliver("PendingManualApproval") == ("Approved", 1)


def test_redelivered_event_approves_once(policy):
    policy("automatic")
    assert deliver("PendingManualApproval", times=2) == ("Approved", 1)


def test_manual_policy_leaves_the_decision_to_a_person(policy):
    policy("manual")
    assert deliver("PendingManualApproval") == ("PendingManualApproval", 0)


def test_person_is_asked_with_the_time_of_the_event(policy):
    policy("manual")
    deliver("PendingManualApproval", asked=(asked := []))
    (entry,) = asked
    assert (entry["DetailType"], str(entry["Time"])) == (
        "Approval Requested",
        "2024-10-10 00:05:00+00:00",
    )
    detail = {"stage": "staging", "package_arn": PACKAGE, "package_version": 3}
    assert json.loads(entry["Detail"]) == {"version": "1", **detail}


def test_nobody_is_asked_about_a_decided_package(policy):
    policy("manual")
    deliver("Rejected", asked=(asked := []))
    assert asked == []


def test_late_event_does_not_overrule_a_person(policy):
    policy("automatic")
    assert deliver("Rejected") == ("Rejected", 0)


def test_unknown_policy_is_an_error(policy):
    policy("perhaps")
    with pytest.raises(ValueError, match="policy: got 'perhaps', expected manual or automatic"):
        deliver("PendingManualApproval")


def test_changed_policy_is_used_at_once(policy):
    policy("manual")
    assert deliver("PendingManualApproval") == ("PendingManualApproval", 0)
    policy("automatic")
    assert deliver("PendingManualApproval") == ("Approved", 1)
