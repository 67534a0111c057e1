"""Permissions of requests that manage customer-managed policies."""

from urllib.parse import urlencode

import pytest

from local.http_messages import Request
from local.iam import administration
from local.iam.policies import Check

ACCOUNT = "arn:aws:iam::123456789012"
POLICY, ROLE = f"{ACCOUNT}:policy/evergreen-query", f"{ACCOUNT}:role/evergreen-operator"


@pytest.mark.parametrize(
    ("action", "fields", "resource", "context"),
    [
        ("CreatePolicy", {"PolicyName": "evergreen-query"}, POLICY, {}),
        ("DeletePolicy", {"PolicyArn": POLICY}, POLICY, {}),
        (
            "AttachRolePolicy",
            {"RoleName": "evergreen-operator", "PolicyArn": POLICY},
            ROLE,
            {"iam:PolicyARN": POLICY},
        ),
        ("PutRolePolicy", {"RoleName": "evergreen-operator", "PolicyName": "read"}, ROLE, {}),
    ],
)
def test_policies_are_named_and_attached_by_their_arn(action, fields, resource, context):
    body = urlencode({"Version": "2010-05-08", "Action": action, **fields}).encode()
    request = Request("POST", "/", {}, {}, body)
    assert administration.checks("iam", request) == [Check(f"iam:{action}", resource, context)]
