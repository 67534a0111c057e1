"""Policies of EventBridge buses: PutPermission with a statement or a whole policy, and removal."""

import json
import re
from collections.abc import Callable
from typing import Any

from local import ministack, peers, runtime
from local.iam import policy_documents

Response = tuple[int, dict[str, str], bytes]
MAX_BYTES = 10_240
ACTION = "events:PutEvents"
STATEMENT_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
PRINCIPAL = re.compile(r"\d{12}|\*")


def put(data: dict[str, Any]) -> Response:
    """Add a statement to the policy of a bus, or replace the policy."""
    bus = data.get("EventBusName") or "default"
    if bus not in ministack.event_buses:
        return _missing(f"Event bus {bus} does not exist.")
    try:
        policy = _policy(bus, data)
    except ValueError as invalid:
        return ministack.error_response("ValidationException", str(invalid), 400)
    except peers.PeerError as down:
        return ministack.error_response("InternalException", str(down), 500)
    if len(json.dumps(policy)) > MAX_BYTES:
        message = f"The policy of event bus {bus} is over {MAX_BYTES} bytes."
        return ministack.error_response("PolicyLengthExceededException", message, 400)
    ministack.event_bus_policies[bus] = policy
    return ministack.json_response({})


def remove(data: dict[str, Any]) -> Response:
    """Remove one statement or all of them."""
    bus = data.get("EventBusName") or "default"
    if bus not in ministack.event_buses:
        return _missing(f"Event bus {bus} does not exist.")
    policy = ministack.event_bus_policies.get(bus)
    if policy is None:
        return _missing("EventBus does not have a policy.")
    kept = [s for s in policy["Statement"] if s.get("Sid") != data.get("StatementId")]
    if data.get("RemoveAllPermissions") or not kept:
        del ministack.event_bus_policies[bus]
    elif len(kept) == len(policy["Statement"]):
        return _missing("Statement with the provided id does not exist.")
    else:
        ministack.event_bus_policies[bus] = policy | {"Statement": kept}
    return ministack.json_response({})


def _policy(bus: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the new policy of a bus; raises ValueError and PeerError."""
    if text := data.get("Policy"):
        if reason := policy_documents.problem(text):
            raise ValueError(f"Parameter Policy is not valid. Reason: {reason}")
        policy: dict[str, Any] = json.loads(text)
        statements = policy["Statement"]
        listed = statements if isinstance(statements, list) else [statements]
        return policy | {"Statement": listed}
    statement = _statement(bus, data)
    old = ministack.event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
    others = [s for s in old["Statement"] if s.get("Sid") != statement["Sid"]]
    return old | {"Statement": [*others, statement]}


def _statement(bus: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return a statement from the parameters of the request; raises ValueError."""
    sid, principal = str(data.get("StatementId")), str(data.get("Principal"))
    for name, value, pattern in (
        ("StatementId", sid, STATEMENT_ID),
        ("Principal", principal, PRINCIPAL),
        ("Action", str(data.get("Action")), re.compile(ACTION)),
    ):
        if not pattern.fullmatch(value):
            message = f"Parameter {name} is not valid. Reason: got {value}"
            raise ValueError(f"{message}, expected {pattern.pattern}")
    account = {"AWS": f"arn:aws:iam::{principal}:root"}
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else account,
        "Action": ACTION,
        "Resource": f"arn:aws:events:{runtime.REGION}:{runtime.account}:event-bus/{bus}",
    }
    if condition := data.get("Condition"):
        pair = {condition["Key"]: condition["Value"]}
        statement["Condition"] = {condition["Type"]: pair}
    return statement


def _without_policy(
    delete: Callable[[dict[str, Any]], Response],
) -> Callable[[dict[str, Any]], Response]:
    """Delete the policy of a bus with the bus."""

    def wrapper(data: dict[str, Any]) -> Response:
        response = delete(data)
        if data.get("Name") not in ministack.event_buses:
            ministack.event_bus_policies.pop(data.get("Name"), None)
        return response

    return wrapper


def _missing(message: str) -> Response:
    response: Response = ministack.error_response("ResourceNotFoundException", message, 400)
    return response


def install() -> None:
    """Replace how MiniStack keeps the policies of buses."""
    ministack.put_permission.replace(put)
    ministack.remove_permission.replace(remove)
    ministack.delete_event_bus.wrap(_without_policy)
