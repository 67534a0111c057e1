"""The permissions of requests by which people and Terraform administer the account.

MiniStack derives action and resource, but not every resource. Functions, jobs and tasks make none
of these requests.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from local import ministack, runtime
from local.http_messages import Request
from local.iam import boundaries, passed_roles
from local.iam.policies import Check

Fields = dict[str, Any]

# The permissions of SageMaker's requests include iam:PassRole (sagemaker_requests.py).
PASSED_TO = {name: of for name, of in passed_roles.PRINCIPALS.items() if name != "sagemaker"}
# Operations that pass no role, whatever is in their bodies.
OTHERS = ("Describe", "Get", "Invoke", "List")
ATTACHMENTS = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
# Requests of which iam:PermissionsBoundary is the boundary that they set, and that of their role.
SET_BOUNDARY = ("iam:CreateRole", "iam:PutRolePermissionsBoundary")
OF_BOUNDED_ROLE = (
    *ATTACHMENTS,
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:PutRolePolicy",
)
# Fields with the ARN of the resource.
ARNS = ("ResourceARN", "resourceArn", "ResourceArn", "resourceARN", "SubscriptionArn")
# Fields with the name of the resource, and what precedes it in the ARN.
NAMES = {
    "cloudwatch": {
        "DashboardName": "dashboard/",
        "DashboardNames": "dashboard/",
        "DashboardNames.member.1": "dashboard/",  # in a form
    },
    "ecs": {
        "clusterName": "cluster/",
        "cluster": "cluster/",
        "clusters": "cluster/",
        "family": "task-definition/",
    },
    "iam": {"PolicyName": "policy/"},  # of a new one
    "kms": {"AliasName": ""},
    "lambda": {"FunctionName": "function:"},
}
# EC2 chooses the IDs: a new resource is any of its kind.
EC2_KINDS = {
    "igw": "internet-gateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
}


def checks(service: str, request: Request) -> list[Check] | None:
    """Return the permissions of a request, None if MiniStack does not know its action."""
    form = _form(request)
    query = {name: [value] for name, value in form.items()}
    parts = request.method, request.path, request.headers, request.body, query
    action = ministack.iam_action(service, *parts)
    if action is None:
        return None
    found = ministack.iam_resource(service, *parts, runtime.REGION, runtime.account)
    resource = found if found and found != "*" else _resource(action, _json(request) | form)
    return [Check(action, resource, _context(action, form)), *passed(service, action, request)]


def _context(action: str, form: Fields) -> dict[str, str]:
    """Return the condition keys of IAM's own requests."""
    context = {"iam:PolicyARN": form["PolicyArn"]} if action in ATTACHMENTS else {}
    boundary = None
    if action in SET_BOUNDARY:
        boundary = form.get("PermissionsBoundary")
    elif action in OF_BOUNDED_ROLE:
        boundary = boundaries.of(form.get("RoleName", ""))
    return context | ({"iam:PermissionsBoundary": boundary} if boundary else {})


def passed(service: str, action: str, request: Request) -> Iterator[Check]:
    """Yield iam:PassRole for each role that a request gives to a service."""
    if service not in PASSED_TO or action.partition(":")[2].startswith(OTHERS):
        return
    context = {"iam:PassedToService": f"{PASSED_TO[service]}.amazonaws.com"}
    for role in sorted(set(passed_roles.find(_json(request)))):
        yield Check("iam:PassRole", role, context)


def _json(request: Request) -> Fields:
    body: Any = json.loads(request.body) if request.body.lstrip().startswith(b"{") else {}
    return dict(body)


def _form(request: Request) -> dict[str, str]:
    """Return the query parameters, with those of a form in the body."""
    if request.body.lstrip().startswith(b"{"):
        return request.query
    form = request.body.decode("utf-8", "replace")
    return dict(parse_qsl(form, keep_blank_values=True)) | request.query


def _resource(action: str, fields: Fields) -> str:
    """Return the resource of a request for which MiniStack has none, `*` if it takes none."""
    service, _, operation = action.partition(":")
    for name in ARNS:
        if str(fields.get(name, "")).startswith("arn:"):
            return str(fields[name])
    for name, resource in NAMES.get(service, {}).items():
        if value := fields.get(name):
            named = str(value[0] if isinstance(value, list) else value)
            return named if named.startswith("arn:") else _arn(service, resource + named)
    if service == "ec2" and operation == "CreateTags":
        resource = str(fields.get("ResourceId.1"))
        return _arn("ec2", f"{EC2_KINDS.get(resource.partition('-')[0], '*')}/{resource}")
    if service == "ec2" and "AssociationId" in fields:
        return _arn("ec2", "route-table/*")
    if service == "ec2" and operation.startswith("Create"):
        words = re.findall("[A-Z][a-z]+", operation.removeprefix("Create"))
        return _arn("ec2", f"{'-'.join(words).lower()}/*")
    return "*"


def _arn(service: str, resource: str) -> str:
    if resource.startswith("dashboard/"):
        return f"arn:aws:cloudwatch::{runtime.account}:{resource}"
    region = "" if service == "iam" else runtime.REGION
    return f"arn:aws:{service}:{region}:{runtime.account}:{resource}"
