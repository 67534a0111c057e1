"""Roles and resource policies for tests of other things than permissions."""

import json

ROLE = "arn:aws:iam::123456789012:role/any"
SERVICES = (
    "codebuild",
    "codedeploy",
    "ecs-tasks",
    "events",
    "firehose",
    "lambda",
    "sagemaker",
    "states",
)


EVERYTHING = {"Action": "*", "Resource": "*"}
WRITE_LOGS = {"Action": "logs:*", "Resource": "*"}


def document(*statements, **statement):
    allowed = [{"Effect": "Allow", **entry} for entry in (*statements, statement) if entry]
    return json.dumps({"Version": "2012-10-17", "Statement": allowed})


def create_role(aws, name="any", *statements):
    """Create a role that every service may assume; without a statement it may do everything."""
    client = aws.client("iam")
    services = [f"{service}.amazonaws.com" for service in SERVICES]
    trust = document(Principal={"Service": services}, Action="sts:AssumeRole")
    client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    policy = document(*(statements or [EVERYTHING]))
    client.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=policy)
    return role_arn(aws, name)


def role_arn(aws, name):
    return f"arn:aws:iam::{aws.account}:role/{name}"


def assume(aws, name, *statements):
    """Create a role for people -> a function that returns clients with a session of it."""
    iam = aws.client("iam")
    trust = document(Principal={"AWS": aws.account}, Action="sts:AssumeRole")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document(*statements))
    session = aws.client("sts").assume_role(RoleArn=role_arn(aws, name), RoleSessionName="me")
    keys = session["Credentials"]
    credentials = keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
    return lambda service: aws.client(service, credentials=credentials)


def allow_service(service, action, resource):
    """Return a resource policy that lets a service act."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return document(Principal=principal, Action=action, Resource=resource)
