"""What AWS checks when a resource gets a policy: its form, and that the principals exist."""

import json
import re
from collections.abc import Iterator
from typing import Any

from local import peers
from local.http_messages import Request, Response, error

ROLE = re.compile(r"arn:aws:iam::\d{12}:role/.+")
MALFORMED = "MalformedPolicyDocumentException"


def problem(text: str) -> str | None:
    """Return why AWS refuses a policy, None if it accepts it; raises PeerError."""
    try:
        document = json.loads(text)
        found = document["Statement"]
        statements = found if isinstance(found, list) else [found]
        complete = statements and all(
            statement.get("Effect") in {"Allow", "Deny"}
            and "Principal" in statement
            and ("Action" in statement or "NotAction" in statement)
            for statement in statements
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        complete = False
    if not complete:
        return "expected a policy with statements that have Effect, Principal and Action"
    for statement in statements:
        for principal in _principals(statement["Principal"]):
            if not _exists(principal):
                return f"Invalid principal in policy: {principal}"
    return None


def refusal(service: str, request: Request) -> Response | None:
    """Return the error of a request that gives a bucket or a key a policy AWS does not accept."""
    if service == "s3" and request.method == "PUT" and "policy" in request.query:
        reason = problem(request.body.decode("utf-8", "replace"))
        if reason is None:
            return None
        body = f"<Error><Code>MalformedPolicy</Code><Message>{reason}</Message></Error>"
        return Response(400, {"content-type": "application/xml"}, body.encode())
    if service == "kms" and "Policy" in (fields := request.json()):
        reason = problem(fields["Policy"])
        return error(MALFORMED, reason) if reason else None
    return None


def _principals(principal: Any) -> Iterator[str]:
    named = principal.get("AWS", []) if isinstance(principal, dict) else []
    yield from [named] if isinstance(named, str) else named


def _exists(principal: str) -> bool:
    """Return whether a principal exists; only roles of peers can be asked for."""
    account = peers.of_arn(principal) if ROLE.fullmatch(principal) else None
    return account not in peers.homes or peers.resource(str(account), principal).exists
