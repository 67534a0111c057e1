"""Permissions at the server's door: every request with the key of a role's session is checked."""

import logging
import uuid

from local import faults, ministack, peers
from local.http_messages import Request, Response
from local.http_messages import error as error_response
from local.iam import (
    encrypted_resources,
    other_accounts,
    policies,
    principals,
    s3_requests,
    sagemaker_requests,
    service_requests,
)
from local.iam.policies import AccessDeniedError, Check
from local.iam.principals import Caller
from local.vpc import reachability

log = logging.getLogger(__name__)


def denial(service: str, key: str, request: Request) -> Response | None:
    """Return the error of a request that is not allowed, None if it is."""
    caller = principals.of_key(key)
    if caller is None:
        return None
    try:
        needed = checks(service, request)
        answering = other_accounts.answering(service, request, needed)
        for check in needed:
            if reason := other_accounts.refusal(check, answering):
                raise policies.denial(caller.arn, check, reason)
            _reach(caller, service, check, request)
            _authorize(caller, check, request)
        if needed:
            policies.count_request(caller.role, needed[0].action)
    except AccessDeniedError as denied:
        log.warning("%s", denied)
        return _access_denied(service, denied, request)
    except service_requests.UnknownRequestError as unknown:
        policies.denial(caller.arn, Check(f"{service}:?", str(unknown)), "is unknown here")
        message = f"the local AWS knows no permission for {unknown} by {caller.arn}"
        return error_response("AccessDeniedException", message, 403)
    except peers.PeerError as down:
        log.warning("%s", down)
        return faults.response(service, 503, str(down))
    except (KeyError, TypeError, ValueError):
        return None  # malformed: the operation itself returns the error
    return None


def action(service: str, request: Request) -> str:
    """Return the IAM action of a request, empty if it is unknown or malformed."""
    try:
        needed = checks(service, request)
    except (KeyError, TypeError, ValueError, service_requests.UnknownRequestError):
        return ""
    return needed[0].action if needed else ""


def answering_account(service: str, request: Request) -> str | None:
    """Return the other account whose server answers a request that is allowed, None for ours."""
    return other_accounts.answering(service, request, checks(service, request))


def checks(service: str, request: Request) -> list[Check]:
    """Return the permissions that a request needs; raises UnknownRequestError."""
    if service == "s3":
        return s3_requests.checks(request)
    if service == "sagemaker":
        return sagemaker_requests.checks(request)
    return service_requests.checks(service, request)


def missing_object(key: str, request: Request) -> Response | None:
    """Return S3's answer instead of 404 to a caller that may not list the bucket, else None."""
    caller = principals.of_key(key)
    if caller is None or request.method not in {"GET", "HEAD"}:
        return None
    listing = s3_requests.listing(s3_requests.checks(request)[0])
    if listing is None or policies.allows(caller.role, caller.arn, listing):
        return None
    status, headers, body = ministack.access_denied_response(
        "s3",
        "s3:ListBucket",
        "",
        str(uuid.uuid4()),
        message="Access Denied",
        headers=request.headers,
    )
    return Response(status, headers, b"" if request.method == "HEAD" else body)


def _reach(caller: Caller, service: str, check: Check, request: Request) -> None:
    """Require a VPC endpoint for a request from a VPC; raises AccessDeniedError.

    On AWS, the connection would time out, unless the endpoint's policy refuses the request.
    """
    if caller.network is None or (check.action.startswith("kms:") and service != "kms"):
        return  # the service itself uses the key
    endpoint = reachability.service_of(service, request)
    if reason := reachability.obstacle(caller.network, endpoint):
        raise policies.denial(caller.arn, check, reason)
    policies.authorize_endpoint(caller.arn, check, reachability.policies(caller.network, endpoint))


def _authorize(caller: Caller, check: Check, request: Request | None = None) -> None:
    if check.action in {"sts:GetCallerIdentity", "sts:GetSessionToken"}:
        return  # never denied
    policies.authorize(caller.role, caller.arn, check)
    for implied in encrypted_resources.implied(check, request):
        policies.authorize(caller.role, caller.arn, implied)


def require(key: str, *needed: Check) -> None:
    """Check permissions that no request shows, with the keys they imply.

    Raises AccessDeniedError.
    """
    caller = principals.of_key(key)
    if caller is None:
        raise RuntimeError(f"{key} is not the key of a session")
    for check in needed:
        _authorize(caller, check)


def _access_denied(service: str, denied: AccessDeniedError, request: Request) -> Response:
    """Return the error in the protocol of the service."""
    status, headers, body = ministack.access_denied_response(
        service,
        denied.check.action,
        denied.principal,
        str(uuid.uuid4()),
        # Without a code, MiniStack replaces the message of these two services.
        error_code="AccessDeniedException" if service in {"logs", "ssm"} else "",
        message=str(denied),
        headers=request.headers,
        resource_arn=denied.check.resource,
    )
    return Response(status, headers, body)
