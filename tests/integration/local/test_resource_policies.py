"""Policies of buses and of model package groups: what AWS stores, returns and refuses."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.permissions import assume, document

pytestmark = pytest.mark.integration

OTHER = "210987654321"
ROOT = f"arn:aws:iam::{OTHER}:root"


@pytest.fixture
def bus(aws, request):
    """Return EventBridge's client and the name of a new bus, which is deleted afterwards."""
    client, name = aws.client("events"), "policies"
    client.create_event_bus(Name=name)
    yield client, name
    client.delete_event_bus(Name=name)


def statements(client, bus):
    described = client.describe_event_bus(Name=bus)
    return json.loads(described["Policy"])["Statement"] if "Policy" in described else []


def test_statements_of_a_bus_are_added_replaced_and_removed(aws, bus):
    client, name = bus
    action = {"EventBusName": name, "Action": "events:PutEvents"}
    client.put_permission(**action, StatementId="other", Principal=OTHER)
    organization = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"}
    for _ in range(2):
        client.put_permission(**action, StatementId="all", Principal="*", Condition=organization)
    resource = aws.arn("events", f"event-bus/{name}")
    common = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": resource}
    other = {"Sid": "other", "Principal": {"AWS": ROOT}, **common}
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert statements(client, name) == [
        other,
        {"Sid": "all", "Principal": "*", **common, "Condition": condition},
    ]
    client.remove_permission(EventBusName=name, StatementId="all")
    assert statements(client, name) == [other]
    with pytest.raises(ClientError, match="Statement with the provided id does not exist"):
        client.remove_permission(EventBusName=name, StatementId="all")
    client.remove_permission(EventBusName=name, RemoveAllPermissions=True)
    assert statements(client, name) == []
    with pytest.raises(ClientError, match="does not have a policy"):
        client.remove_permission(EventBusName=name, RemoveAllPermissions=True)


def test_whole_policy_replaces_the_statements_and_is_deleted_with_the_bus(aws, bus):
    client, name = bus
    resource = aws.arn("events", f"event-bus/{name}")
    client.put_permission(
        EventBusName=name, StatementId="old", Principal=OTHER, Action="events:PutEvents"
    )
    policy = document(Principal={"AWS": ROOT}, Action="events:PutEvents", Resource=resource)
    client.put_permission(EventBusName=name, Policy=policy)
    assert json.loads(client.describe_event_bus(Name=name)["Policy"]) == json.loads(policy)
    client.delete_event_bus(Name=name)
    client.create_event_bus(Name=name)
    assert statements(client, name) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"EventBusName": "missing"}, "ResourceNotFoundException"),
        ({"Principal": "somebody"}, "ValidationException"),
        ({"Action": "events:PutRule"}, "ValidationException"),
        ({"StatementId": "a statement"}, "ValidationException"),
        ({"Policy": "{"}, "ValidationException"),
        ({"Policy": '{"Statement": [{"Effect": "Allow"}]}'}, "ValidationException"),
        ({"Policy": document(Principal="*", Action="x" * 11_000)}, "PolicyLengthExceeded"),
    ],
    ids=["bus", "principal", "action", "statement-id", "not-json", "incomplete", "too-long"],
)
def test_invalid_permission_of_a_bus_is_refused(bus, fields, code):
    client, name = bus
    valid = {"StatementId": "s", "Principal": OTHER, "Action": "events:PutEvents"}
    with pytest.raises(ClientError, match=code):
        client.put_permission(**{"EventBusName": name, **valid, **fields})
    assert statements(client, name) == []


def test_bus_policy_can_deny_what_a_role_of_the_account_allows(aws, bus):
    _, name = bus
    resource = aws.arn("events", f"event-bus/{name}")
    denied = {"Principal": "*", "Action": "events:PutEvents", "Resource": resource}
    condition = {"StringEquals": {"events:source": "refused"}}
    policy = document(Effect="Deny", Condition=condition, **denied)
    bus[0].put_permission(EventBusName=name, Policy=policy)
    events = assume(aws, "denied-by-the-bus", {"Action": "events:*", "Resource": "*"})("events")
    entry = {"DetailType": "d", "Detail": "{}", "EventBusName": name}
    assert events.put_events(Entries=[{**entry, "Source": "accepted"}])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        events.put_events(Entries=[{**entry, "Source": "refused"}])


@pytest.fixture
def group(aws, request):
    """Return SageMaker's client and the name of a new group."""
    client, name = aws.client("sagemaker"), f"group-{abs(hash(request.node.name))}"
    client.create_model_package_group(ModelPackageGroupName=name)
    yield client, name
    client.delete_model_package_group(ModelPackageGroupName=name)


def policy_of(aws, name, resource="model-package/{}/*", principal=ROOT):
    return document(
        Sid="ReadVersions",
        Principal={"AWS": principal},
        Action=["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
        Resource=aws.arn("sagemaker", resource.format(name)),
    )


def test_policy_of_a_group_is_returned_as_it_was_set_until_it_is_deleted(aws, group):
    client, name = group
    policy, of = policy_of(aws, name), {"ModelPackageGroupName": name}
    with pytest.raises(ClientError, match=r"ValidationException.*Cannot find resource policy"):
        client.get_model_package_group_policy(**of)
    stored = client.put_model_package_group_policy(**of, ResourcePolicy=policy)
    assert stored["ModelPackageGroupArn"] == aws.arn("sagemaker", f"model-package-group/{name}")
    assert client.get_model_package_group_policy(**of)["ResourcePolicy"] == policy
    client.delete_model_package_group_policy(**of)
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        client.delete_model_package_group_policy(**of)


def test_policy_is_deleted_with_its_group(aws, group):
    client, name = group
    of = {"ModelPackageGroupName": name}
    client.put_model_package_group_policy(**of, ResourcePolicy=policy_of(aws, name))
    client.delete_model_package_group(**of)
    with pytest.raises(ClientError, match="Cannot find Model Package Group"):
        client.get_model_package_group_policy(**of)
    client.create_model_package_group(**of)
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        client.get_model_package_group_policy(**of)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"resource": "model-package/another/*"}, "Resource: got"),
        ({"resource": "endpoint/{}"}, "Resource: got"),
        ({"principal": [ROOT, ROOT]}, "Duplicate principal"),
    ],
    ids=["other-group", "other-kind", "same-principal-twice"],
)
def test_policy_that_a_group_cannot_have_is_refused(aws, group, changed, reason):
    client, name = group
    with pytest.raises(ClientError, match=f"Invalid policy provided: {reason}"):
        client.put_model_package_group_policy(
            ModelPackageGroupName=name, ResourcePolicy=policy_of(aws, name, **changed)
        )


def test_policy_of_a_group_that_is_no_policy_is_refused(group):
    client, name = group
    for text in ("{", '{"Statement": []}', '{"Statement": [{"Effect": "Allow"}]}'):
        with pytest.raises(ClientError, match="Invalid policy provided: expected a policy"):
            client.put_model_package_group_policy(ModelPackageGroupName=name, ResourcePolicy=text)


def test_operator_needs_permission_to_set_the_policy_of_a_group(aws, group):
    _, name = group
    resource = aws.arn("sagemaker", f"model-package-group/{name}")
    read = {"Action": "sagemaker:GetModelPackageGroupPolicy", "Resource": resource}
    client = assume(aws, f"reads-{name}", read)("sagemaker")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        client.get_model_package_group_policy(ModelPackageGroupName=name)
    with pytest.raises(ClientError, match=r"not authorized .*:PutModelPackageGroupPolicy"):
        client.put_model_package_group_policy(
            ModelPackageGroupName=name, ResourcePolicy=policy_of(aws, name)
        )
