"""Permissions boundaries: the policy that limits what the policies of a role allow."""

from typing import Any

from local import ministack, runtime


def of(role: str) -> str | None:
    """Return the ARN of a role's permissions boundary, None without one."""
    record = ministack.roles.get_scoped(runtime.account, None, role) or {}
    return record.get("PermissionsBoundary") or None


def exceeded(role: str, context: Any) -> bool:
    """Return whether a role has a boundary that does not allow the request."""
    if (arn := of(role)) is None:
        return False
    document = ministack.managed_policy(arn, runtime.account)
    statements = ministack.parse_policy(document) if document else []
    if ministack.first_match(context, statements, "Deny"):
        return True
    return ministack.first_match(context, statements, "Allow") is None
