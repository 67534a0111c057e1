"""What services check when a resource is created: roles, keys, tags, environment variables.

The checks apply to every caller, also to the administrator who applies the Terraform.
"""

import logging
import re
from typing import Any

from local import faults, runtime
from local.http_messages import Request, Response, error
from local.iam import (
    deliveries,
    managed_rules,
    new_functions,
    passed_roles,
    policy_documents,
    principals,
)
from local.iam.policies import AccessDeniedError
from local.peers import PeerError

log = logging.getLogger(__name__)

# The error code of a service that cannot assume a role in a request.
CODES = {
    "codebuild": "InvalidInputException",
    "ecs": "ClientException",
    "events": "ValidationException",
    "firehose": "InvalidArgumentException",
    "lambda": "InvalidParameterValueException",
    "sagemaker": "ValidationException",
    "states": "AccessDeniedException",
}
SERVICES = {"kinesis", "kms", "logs", *CODES}
TAG = re.compile(r"[\w\s.:/=+\-@]*")
CREATE_LOG_GROUP = "Logs_20140328.CreateLogGroup"
WRITES = ("Create", "Put", "Register", "Update")


def checks(service: str, query: str) -> bool:
    """Return whether requests to a service, with such a query, are checked for every caller."""
    return service in SERVICES or (service == "s3" and query.startswith("policy"))


def refusal(service: str, request: Request) -> Response | None:
    """Return the error of a request for a resource that AWS would not create, None otherwise."""
    try:
        if service in {"kms", "s3"}:
            return policy_documents.refusal(service, request)
        return _refusal(service, request)
    except (AttributeError, KeyError, ValueError):
        return None  # malformed: the operation itself returns the error
    except PeerError as down:
        return faults.response(service, 503, str(down))


def _refusal(service: str, request: Request) -> Response | None:
    target = request.headers.get("x-amz-target", "")
    if target == CREATE_LOG_GROUP:
        return _log_group_refusal(request.json())
    if service in CODES and _writes(service, target, request):
        fields = request.json()
        return (
            _role_refusal(service, fields)
            or _tag_refusal(service, fields)
            or (new_functions.refusal(fields) if service == "lambda" else None)
            or (managed_rules.refusal(fields) if service == "states" else None)
        )
    if service == "kinesis" and _writes(service, target, request):
        return _tag_refusal(service, request.json())
    return None


def _writes(service: str, target: str, request: Request) -> bool:
    if service == "lambda":
        return request.method in {"POST", "PUT"} and "invocations" not in request.path
    return target.rpartition(".")[2].startswith(WRITES)


def _log_group_refusal(fields: dict[str, Any]) -> Response | None:
    key, group = fields.get("kmsKeyId"), fields["logGroupName"]
    try:
        if key:
            deliveries.log_group_key(group, key)
    except AccessDeniedError as denied:
        log.warning("log group %s: %s", group, denied)
        arn = f"arn:aws:logs:{runtime.REGION}:{runtime.account}:log-group:{group}"
        message = f"The specified KMS key does not exist or is not allowed to be used with {arn}"
        return error("AccessDeniedException", message)
    return None


def _role_refusal(service: str, fields: Any) -> Response | None:
    principal, code = passed_roles.PRINCIPALS[service], CODES[service]
    for role in set(passed_roles.find(fields)):
        try:
            principals.assume(role, principal, "Admission")
        except AccessDeniedError as denied:
            log.warning("%s: %s", service, denied)
            assumes = f"{principal}.amazonaws.com"
            return error(code, f"Provided role '{role}' cannot be assumed by '{assumes}'.")
    return None


def _tag_refusal(service: str, fields: dict[str, Any]) -> Response | None:
    """Return the error of a tag with characters that AWS does not accept, such as commas."""
    tags = fields.get("Tags") or fields.get("tags") or {}
    if isinstance(tags, list):
        tags = {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags}
    for name, value in tags.items():
        if not (TAG.fullmatch(str(name)) and TAG.fullmatch(str(value or ""))):
            code = CODES.get(service, "InvalidArgumentException")
            message = (
                f"Value '{value}' of tag '{name}' failed to satisfy constraint: {TAG.pattern}"
            )
            return error(code, message)
    return None
