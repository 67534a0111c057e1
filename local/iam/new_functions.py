"""What Lambda checks when a function is created or changed: its environment and its network."""

import json
from typing import Any

from local.http_messages import Response, error
from local.iam import policies
from local.vpc.network import Network

MAX_ENVIRONMENT_BYTES = 4096
NETWORK_ACTIONS = (
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DeleteNetworkInterface",
)


def refusal(fields: dict[str, Any]) -> Response | None:
    """Return the error of a function that Lambda would not create, None otherwise."""
    return _environment_refusal(fields) or _network_refusal(fields)


def _environment_refusal(fields: dict[str, Any]) -> Response | None:
    """Return the error of a function with more than 4 KB of environment variables."""
    variables = (fields.get("Environment") or {}).get("Variables") or {}
    if len(json.dumps(variables).encode()) <= MAX_ENVIRONMENT_BYTES:
        return None
    message = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided exceeded the 4KB limit."
    )
    return error("InvalidParameterValueException", message)


def _network_refusal(fields: dict[str, Any]) -> Response | None:
    """Return the error of a function in a VPC whose role may not manage network interfaces.

    Lambda tests the permissions without naming a resource.
    """
    role = str(fields.get("Role", "")).rpartition("/")[2]
    if not role or Network.of(fields.get("VpcConfig")) is None:
        return None
    for action in NETWORK_ACTIONS:
        if not policies.allows(role, role, policies.Check(f"ec2:{action}", "*")):
            message = (
                f"The provided execution role does not have permissions to call {action} on EC2"
            )
            return error("InvalidParameterValueException", message)
    return None
