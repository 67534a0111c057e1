"""Decisions on permissions: identity, trust, resource and key policies, and what was used.

The evaluation of statements and conditions is MiniStack's.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local import ministack, runtime
from local.iam import boundaries, resource_policies


class AccessDeniedError(Exception):
    """The caller may not do this; `check` is what was refused."""

    def __init__(self, principal: str, check: "Check", reason: str) -> None:
        self.principal, self.check = principal, check
        super().__init__(
            f"User: {principal} is not authorized to perform: {check.action} "
            f"on resource: {check.resource} {reason}"
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One permission that a request needs; `context` has the condition keys of the request."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


_lock = threading.Lock()
_statements: dict[str, list[Any]] = {}  # identity statements by role
_used: set[tuple[str, str, str]] = set()  # role, statement ID, action as granted
_allowed: Counter[str] = Counter()  # by action
_requests: Counter[tuple[str, str]] = Counter()  # requests over HTTP, by role and action
_denied: Counter[tuple[str, str, str, str]] = Counter()


def authorize(role: str, principal: str, check: Check) -> None:
    """Decide whether a role's session has a permission, and count it; raises AccessDeniedError."""
    identity, result = _decide(role, principal, check, record=True)
    if result.decision == "Allow":
        _count(check)
        return
    kind = "resource-based" if identity.decision == "Allow" else "identity-based"
    reason = f"because no {kind} policy allows the {check.action} action"
    if result.decision == "Deny":
        reason = f"with an explicit deny in a {kind} policy"
    elif boundaries.exceeded(role, _context(principal, check, role)):
        reason = f"because no permissions boundary allows the {check.action} action"
    raise denial(principal, check, reason)


def allows(role: str, principal: str, check: Check) -> bool:
    """Return whether a role's session has a permission, without counting it."""
    _, result = _decide(role, principal, check, record=False)
    return bool(result.decision == "Allow")


def authorize_service(
    service: str, check: Check, policy: Any, *, required: str = "resource-based policy"
) -> None:
    """Decide whether a resource's policy lets a service act; raises AccessDeniedError."""
    principal = f"{service}.amazonaws.com"
    context = _context(principal, check)
    result = ministack.evaluate_resource_policy(policy, context, service=principal)
    if result.decision != "Allow":
        raise denial(principal, check, f"because no {required} allows the {check.action} action")
    _count(check)


def authorize_endpoint(principal: str, check: Check, documents: Iterable[Any]) -> None:
    """Decide whether one of a service's VPC endpoints passes a request on.

    An endpoint without a policy passes everything. Raises AccessDeniedError.
    """
    context = _context(principal, check)
    for policy in documents:
        if policy is None:
            return
        if ministack.evaluate_resource_policy(policy, context).decision == "Allow":
            return
    reason = f"because no VPC endpoint policy allows the {check.action} action"
    raise denial(principal, check, reason)


def check_trust(role: str, principal: str, context: Mapping[str, Any]) -> None:
    """Decide whether a service may assume a role; raises AccessDeniedError."""
    record = ministack.roles.get_scoped(runtime.account, None, role)
    check = Check("sts:AssumeRole", f"arn:aws:iam::{runtime.account}:role/{role}", context)
    if record is None:
        raise denial(principal, check, "because the role does not exist")
    trust = record["AssumeRolePolicyDocument"]
    result = ministack.evaluate_resource_policy(
        trust, _context(principal, check), service=principal
    )
    if result.decision != "Allow":
        raise denial(principal, check, "because the role's trust policy does not allow it")


def count_request(role: str, action: str) -> None:
    """Count a request over HTTP that was allowed."""
    with _lock:
        _requests[role, action] += 1


def forget() -> None:
    """Read the identity policies again: a role or policy has changed."""
    with _lock:
        _statements.clear()


def report() -> dict[str, Any]:
    """Return the number of allowed calls, the denials, and the actions granted but never used."""
    with _lock:
        denied = [
            {"principal": p, "action": a, "resource": r, "reason": why, "times": times}
            for (p, a, r, why), times in sorted(_denied.items())
        ]
        unused = sorted(set(_granted()) - _used)
        requests = [
            {"role": role, "action": action, "times": times}
            for (role, action), times in sorted(_requests.items())
        ]
    return {
        "calls": _allowed.total(),
        "denied": _denied.total(),
        "denials": denied,
        "requests": requests,
        "unused": [{"role": r, "statement": s, "action": a} for r, s, a in unused],
    }


def _granted() -> Iterable[tuple[str, str, str]]:
    """Yield role, statement ID and action of every grant."""
    for role in ministack.roles:
        for statement in _identity_statements(role):
            if statement.effect == "Allow":
                yield from ((role, statement.sid, action) for action in statement.actions)


def _decide(role: str, principal: str, check: Check, *, record: bool) -> tuple[Any, Any]:
    """Return the decision of the role's own policies, and that with the resource's policy."""
    service = check.action.partition(":")[0]
    policy = resource_policies.find(service, check.resource)
    owner = runtime.account if policy is None else policy[1]
    context = _context(principal, check, role, owner)
    identity = _identity_decision(role, context, record=record)
    if policy is None:
        return identity, identity
    required = service == "kms"  # a key policy must allow the account's own roles, too
    return identity, ministack.combine_resource_policy(
        identity, context, *policy, required=required
    )


def _identity_decision(role: str, context: Any, *, record: bool) -> Any:
    """Evaluate the policies of a role, and record which grant was used."""
    with _lock:
        statements = _identity_statements(role)
    if ministack.first_match(context, statements, "Deny"):
        return ministack.EvalResult("Deny")
    allow = ministack.first_match(context, statements, "Allow")
    if allow is None or boundaries.exceeded(role, context):
        return ministack.EvalResult("ImplicitDeny")
    for action in allow.actions if record else ():
        if ministack.action_matches(context.action, [action], []):
            with _lock:
                _used.add((role, allow.sid, action))
    return ministack.EvalResult("Allow")


def _identity_statements(role: str) -> list[Any]:
    if role not in _statements:
        documents = ministack.role_policies(role, runtime.account)
        _statements[role] = [statement for document in documents for statement in document]
    return _statements[role]


def _context(principal: str, check: Check, role: str = "", owner: str | None = None) -> Any:
    """Return what conditions are about; `owner` is the account of the resource."""
    known = {"aws:resourceaccount": owner} if owner else {}
    if role:  # the session's ARN is the principal, but this key has that of the role
        record = ministack.roles.get_scoped(runtime.account, None, role) or {}
        known["aws:principalarn"] = record.get("Arn", "")
    context = {"aws:tagkeys": None} | {k.lower(): v for k, v in check.context.items()}
    return ministack.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=runtime.account,
        action=check.action,
        resource_arn=check.resource,
        region=runtime.REGION,
        secure_transport=True,  # loopback HTTP stands for TLS
        service_context=context,
        principal_keys=known,
    )


def denial(principal: str, check: Check, reason: str) -> AccessDeniedError:
    """Count a denial -> the error to raise."""
    with _lock:
        _denied[principal, check.action, check.resource, reason] += 1
    return AccessDeniedError(principal, check, reason)


def _count(check: Check) -> None:
    with _lock:
        _allowed[check.action] += 1
