"""The permissions that a request to S3 needs."""

from urllib.parse import unquote

from local import ministack
from local.http_messages import Request
from local.iam.policies import Check
from local.iam.service_requests import UnknownRequestError


def checks(request: Request) -> list[Check]:
    """Return the permissions of a request; a batch of deletions needs one per object."""
    path, query = unquote(request.path), request.query
    lists = {name: [value] for name, value in query.items()}
    name = ministack.s3_action(request.method, path, lists)
    if name is None:
        raise UnknownRequestError(f"s3 {request.method} {request.path}")
    action = f"s3:{name}"
    bucket, _, key = path.lstrip("/").partition("/")
    if request.method == "POST" and not key and "delete" in query:
        return [
            Check("s3:DeleteObjectVersion" if version else "s3:DeleteObject", arn)
            for arn, version in ministack.s3_batch_delete_targets(bucket, request.body)
        ]
    resource = f"arn:aws:s3:::{bucket}/{key}".rstrip("/") if bucket else "*"
    context = ministack.s3_service_context(action, lists, path, request.headers)
    found = [Check(action, resource, context)]
    extra = ministack.s3_additional_checks(
        request.method, path, request.headers, request.body, lists
    )
    return found + [Check(name, arn) for name, arn in extra]


def listing(check: Check) -> Check | None:
    """Return the permission without which S3 reports a missing object as AccessDenied."""
    if check.action not in {"s3:GetObject", "s3:GetObjectVersion"}:
        return None
    bucket, _, key = check.resource.removeprefix("arn:aws:s3:::").partition("/")
    return Check("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": key})
