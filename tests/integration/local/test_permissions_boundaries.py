"""Permissions boundaries on the local AWS: they limit roles, and can be required of new ones."""

import pytest
from botocore.exceptions import ClientError

from tests.support.permissions import EVERYTHING, assume, document

pytestmark = pytest.mark.integration

BUCKET = "limited"
TRUST = document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
ROLES = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary")


@pytest.fixture(scope="module")
def boundary(aws):
    """Return the ARN of a policy that allows S3 only."""
    policy = document(Action="s3:*", Resource="*")
    created = aws.client("iam").create_policy(PolicyName="limits", PolicyDocument=policy)
    return created["Policy"]["Arn"]


@pytest.fixture
def limited(aws, boundary):
    """Return a function that returns clients of a role that may do everything, within S3."""
    clients = assume(aws, "limited", EVERYTHING)
    iam = aws.client("iam")
    iam.put_role_permissions_boundary(RoleName="limited", PermissionsBoundary=boundary)
    yield clients
    iam.delete_role_policy(RoleName="limited", PolicyName="all")
    iam.delete_role(RoleName="limited")


@pytest.fixture(scope="module")
def deployer(aws, boundary):
    """Return IAM for a person who may do everything, but to roles without the boundary."""
    without = {"StringNotEquals": {"iam:PermissionsBoundary": boundary}}
    refuse = {"Effect": "Deny", "Resource": "*"}
    return assume(
        aws,
        "deployer",
        EVERYTHING,
        {**refuse, "Action": [*ROLES, "iam:PutRolePolicy"], "Condition": without},
        {**refuse, "Action": "iam:DeleteRolePermissionsBoundary"},
    )("iam")


@pytest.fixture
def new_role(aws, request):
    """Return the name of a role that does not exist, and is deleted afterwards."""
    name = f"new-{request.node.name[:40]}"
    yield name
    iam = aws.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def refused(call, **arguments):
    with pytest.raises(ClientError, match="AccessDenied") as error:
        call(**arguments)
    return error.value.response["Error"]["Message"]


def test_role_may_do_what_policy_and_boundary_allow(limited):
    limited("s3").list_buckets()


def test_role_may_not_exceed_its_boundary(limited, aws):
    message = refused(limited("events").list_event_buses)
    assert message.endswith(
        "because no permissions boundary allows the events:ListEventBuses action"
    )
    aws.client("iam").delete_role_permissions_boundary(RoleName="limited")
    limited("events").list_event_buses()


def test_boundary_alone_allows_nothing(aws, boundary):
    clients = assume(aws, "nothing", {"Action": "sqs:*", "Resource": "*"})
    aws.client("iam").put_role_permissions_boundary(
        RoleName="nothing", PermissionsBoundary=boundary
    )
    assert "no identity-based policy allows" in refused(clients("s3").list_buckets)


def test_role_without_the_boundary_is_not_created(deployer):
    arguments = {"RoleName": "free", "AssumeRolePolicyDocument": TRUST}
    assert "explicit deny" in refused(deployer.create_role, **arguments)


def test_role_with_another_boundary_is_not_created(deployer, aws):
    other = "arn:aws:iam::aws:policy/AdministratorAccess"
    arguments = {"RoleName": "free", "AssumeRolePolicyDocument": TRUST}
    refused(deployer.create_role, **arguments, PermissionsBoundary=other)


def test_role_with_the_boundary_is_created_and_gets_permissions(deployer, boundary, new_role):
    deployer.create_role(
        RoleName=new_role, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary
    )
    deployer.put_role_policy(
        RoleName=new_role, PolicyName="all", PolicyDocument=document(EVERYTHING)
    )
    refused(deployer.delete_role_permissions_boundary, RoleName=new_role)


def test_role_without_the_boundary_gets_no_permissions(deployer, aws, boundary, new_role):
    aws.client("iam").create_role(RoleName=new_role, AssumeRolePolicyDocument=TRUST)
    policy = document(EVERYTHING)
    arguments = {"RoleName": new_role, "PolicyName": "all", "PolicyDocument": policy}
    refused(deployer.put_role_policy, **arguments)
    deployer.put_role_permissions_boundary(RoleName=new_role, PermissionsBoundary=boundary)
    deployer.put_role_policy(**arguments)
