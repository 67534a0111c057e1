"""Policies of the Terraform, read as text: what every grant of a kind must have."""

import re
from pathlib import Path

import pytest

from common import decisions
from common.decisions import SOURCE, VERSION
from poller.batching import RECEIVED, REJECTED
from retrain_trigger.training_account import DETAIL_TYPE as BETTER

MODULES = Path(__file__).resolve().parents[2] / "terraform" / "modules"
STATEMENT = re.compile(r"\n  statement \{\n(.*?)\n  \}\n", re.DOTALL)


def statements(action):
    """Return (module, statement) of every grant of an action."""
    return [
        (file.parent.name, found)
        for file in sorted(MODULES.glob("*/*.tf"))
        for found in STATEMENT.findall(file.read_text())
        if f'"{action}"' in found
    ]


@pytest.mark.parametrize(
    ("module", "statement"), statements("events:PutEvents"), ids=lambda value: value[:20].strip()
)
def test_event_that_may_be_sent_is_named(module, statement):
    assert module in {"account_link", "foundation"}  # others include the policies of foundation
    keys = {"events:detail-type", "events:source"}
    assert set(re.findall(r'variable = "(events:[a-z-]+)"', statement)) == keys


def test_events_that_may_be_sent_are_those_of_the_code():
    text = (MODULES / "foundation" / "events.tf").read_text()
    constants = {name: value for name, value in vars(decisions).items() if name.isupper()}
    decided = {value for value in constants.values() if isinstance(value, str)}
    loop, other = text[text.index("decision in [") :].split("] : decision")
    assert set(re.findall(r'"([A-Z][\w ]+)"', loop)) == decided - {SOURCE, VERSION}
    others = {RECEIVED.detail_type, REJECTED.detail_type, BETTER, "Code Changed"}
    assert set(re.findall(r'"([A-Z][\w ]+)" += "evergreen', other)) == others


def test_version_is_registered_for_approval_only():
    found = statements("sagemaker:CreateModelPackage")
    # A version is promoted by another account after it was approved there for production.
    status = {"import": "Approved"} | dict.fromkeys(
        ("train_tabular", "training_role"), "PendingManualApproval"
    )
    assert [module for module, _ in found] == list(status)
    for module, statement in found:
        assert 'variable = "sagemaker:ModelApprovalStatus"' in statement
        assert f'values   = ["{status[module]}"]' in statement


@pytest.mark.parametrize(
    ("resource", "actions"),
    [("aws_sqs_queue", "sqs:*"), ("aws_sns_topic", "sns:Publish"), ("aws_s3_bucket", "s3:*")],
)
def test_unencrypted_transport_is_denied(resource, actions):
    files = [f for f in MODULES.glob("*/*.tf") if f'resource "{resource}" ' in f.read_text()]
    assert files
    for file in files:
        text = file.read_text()
        [name] = re.findall(r'module "(\w+)" \{\n  source = "../tls_only"', text)
        assert f'actions   = ["{actions}"]' in text, file
        assert f"module.{name}.json" in text, file
