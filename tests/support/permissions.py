"""Roles and resource policies for tests of other things than permissions."""

import json

ROLE = "arn:aws:iam::123456789012:role/any"
SERVICES = ("ecs-tasks", "events", "firehose", "lambda", "sagemaker", "states")


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def create_role(aws, name="any", **statement):
    """Create a role that every service may assume; without a statement it may do everything."""
    client = aws.client("iam")
    services = [f"{service}.amazonaws.com" for service in SERVICES]
    trust = document(Principal={"Service": services}, Action="sts:AssumeRole")
    client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    policy = document(**(statement or {"Action": "*", "Resource": "*"}))
    client.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=policy)
    return f"arn:aws:iam::123456789012:role/{name}"


def allow_service(service, action, resource):
    """Return a resource policy that lets a service act."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return document(Principal=principal, Action=action, Resource=resource)
