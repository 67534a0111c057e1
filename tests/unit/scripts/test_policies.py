import json

import pytest

from scripts import policies
from scripts.provider import TerraformError

TEST = policies.TESTS["."]


def change(kind="aws_iam_role_policy", after=None, unknown=None):
    parts = {"after": after, "after_unknown": unknown or {}}
    return {"address": f"{kind}.this", "type": kind, "change": parts}


def lines(*changes, errors=()):
    """Return the output of `terraform test -json -verbose` with a plan."""
    messages = [{"@level": "error", "@message": error} for error in errors]
    plan = {"type": "test_plan", "test_plan": {"resource_changes": list(changes)}}
    return [json.dumps(message) for message in [*messages, plan]]


def test_every_document_by_its_address():
    found = policies.read(
        lines(
            change(after={"policy": "{}", "name": "a"}),
            change("aws_iam_role", after={"assume_role_policy": "[]"}),
            change("aws_kms_key", after=None),  # of a deleted resource
        ),
        TEST,
    )
    assert found == {
        "aws_iam_role_policy.this.policy": "{}",
        "aws_iam_role.this.assume_role_policy": "[]",
    }


def test_a_policy_that_is_not_known_is_not_left_out():
    with pytest.raises(TerraformError, match=r"aws_iam_role_policy\.this\.policy"):
        policies.read(lines(change(after={}, unknown={"policy": True})), TEST)


def test_documents_that_are_no_iam_policies_are_left_out():
    lifecycle = change("aws_ecr_lifecycle_policy", after={"policy": "{}"})
    bucket = change("aws_s3_bucket", after={}, unknown={"policy": True})
    assert policies.read(lines(lifecycle, bucket), TEST) == {}


def test_errors_of_terraform_are_told():
    with pytest.raises(TerraformError, match="no valid credentials"):
        policies.read(lines(errors=["no valid credentials"]), TEST)
    with pytest.raises(TerraformError, match="nothing was planned"):
        policies.read([], TEST)
