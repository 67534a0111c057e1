import json

import pytest
from moto import mock_aws

from approval_requester import handler
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN

EVENT = {
    "task_token": "token-1",
    "stage": "production",
    "package_arn": f"{ARN}:model-package/test-models/3",
    "version": 3,
    "time": "2024-10-10T00:05:00.123Z",
}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
PENDING = "/test/approval/pending/production-3"


class Loop:
    """The services around the requester: SSM is moto's, the others are functions."""

    def __init__(self):
        self.ssm = handler.ssm
        self.decisions, self.answers, self.error_code = [], [], None
        self.failed = 0

    def put_events(self, Entries):  # noqa: N803
        self.decisions += Entries
        entries = [{"ErrorCode": "InternalFailure", "ErrorMessage": "as configured"}]
        return {"FailedEntryCount": self.failed, "Entries": entries if self.failed else [{}]}

    def send_task_success(self, taskToken, output):  # noqa: N803
        if self.error_code:
            raise CallError(self.error_code)
        self.answers.append((taskToken, json.loads(output)))

    def deliver(self, **changes):
        with (
            stubbed(handler.events, {"PutEvents": self.put_events}),
            stubbed(handler.states, {"SendTaskSuccess": self.send_task_success}),
        ):
            return handler.lambda_handler({**EVENT, **changes}, CONTEXT)

    def policy(self, value):
        self.ssm.put_parameter(
            Name="/test/approval/policy", Value=value, Type="String", Overwrite=True
        )

    def pending(self):
        found = self.ssm.get_parameters_by_path(Path="/test/approval/pending", WithDecryption=True)
        return {
            item["Name"]: (item["Type"], json.loads(item["Value"])) for item in found["Parameters"]
        }


@pytest.fixture
def loop(monkeypatch):
    monkeypatch.setenv("APPROVAL_LINKS", "false")
    monkeypatch.setenv("EVENT_BUS_NAME", "test")
    monkeypatch.setenv("KMS_KEY_ARN", KEY)
    monkeypatch.setenv("POLICY_PARAMETER", "/test/approval/policy")
    monkeypatch.setenv("PENDING_PATH", "/test/approval/pending")
    with mock_aws():
        yield Loop()


def test_manual_approval_waits_encrypted_and_is_announced_without_its_token(loop):
    loop.policy("manual")
    loop.deliver()
    assert loop.answers == []
    kind, value = loop.pending()[PENDING]
    assert kind == "SecureString"
    described = loop.ssm.describe_parameters()["Parameters"]
    assert [one.get("KeyId") for one in described if one["Name"] == PENDING] == [KEY]
    assert value == {
        "task_token": "token-1",
        "package_arn": EVENT["package_arn"],
        "requested_at": EVENT["time"],
    }
    (decision,) = loop.decisions
    assert decision["DetailType"] == "Approval Requested"
    assert json.loads(decision["Detail"]) == {
        "version": "1",
        "stage": "production",
        "package_arn": EVENT["package_arn"],
        "package_version": 3,
    }


def test_redelivered_request_is_one_pending_approval_with_the_newest_token(loop, capsys):
    loop.policy("manual")
    loop.deliver()
    loop.deliver(task_token="token-2")
    (pending,) = loop.pending().values()
    assert pending[1]["task_token"] == "token-2"
    assert "token-" not in capsys.readouterr().out


def test_link_has_a_key_that_a_retry_keeps_and_a_later_request_replaces(loop, monkeypatch, capsys):
    monkeypatch.setenv("APPROVAL_LINKS", "true")
    loop.policy("manual")
    loop.deliver()
    first = loop.pending()[PENDING][1]["link_key"]
    assert len(first) == 64
    loop.deliver(task_token="token-2")
    pending = loop.pending()[PENDING][1]
    assert (pending["link_key"], pending["task_token"]) == (first, "token-2")
    loop.deliver(time="2024-10-11T00:05:00Z")
    assert loop.pending()[PENDING][1]["link_key"] != first
    assert first not in capsys.readouterr().out
    assert all(first not in decision["Detail"] for decision in loop.decisions)


def test_request_that_the_bus_rejects_fails_and_can_be_repeated(loop):
    loop.policy("manual")
    loop.failed = 1
    with pytest.raises(RuntimeError, match="Approval Requested"):
        loop.deliver()
    loop.failed = 0
    loop.deliver()
    assert len(loop.pending()) == 1


def test_automatic_policy_approves_at_once_and_leaves_nothing_pending(loop):
    loop.policy("automatic")
    loop.deliver()
    assert [token for token, _ in loop.answers] == ["token-1"]
    assert (loop.pending(), loop.decisions) == ({}, [])


@pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist"])
def test_redelivered_request_ignores_a_completed_task(loop, error):
    loop.policy("automatic")
    loop.deliver()
    loop.error_code = error
    loop.deliver()
    assert len(loop.answers) == 1


def test_other_errors_are_raised(loop):
    loop.policy("automatic")
    loop.error_code = "InvalidToken"
    with pytest.raises(handler.states.exceptions.InvalidToken):
        loop.deliver()
