"""Requests about resources of another account: which there are, and whose server answers them.

They are GetObject, HeadObject, ListObjectsV2, DescribeModelPackage and ListModelPackages.
"""

from local import peers
from local.http_messages import Request
from local.iam import resource_policies
from local.iam.policies import Check

CALLS = {"sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"}


def answering(service: str, request: Request, needed: list[Check]) -> str | None:
    """Return the account whose server answers a request, None for our own.

    Raises PeerError.
    """
    if not (peers.homes and needed and _crosses(service, request, needed[0])):
        return None
    account = resource_policies.owner(needed[0].resource)
    return account if account in peers.homes else None


def refusal(check: Check, account: str | None) -> str | None:
    """Return why a permission on a resource of a peer is of no use, None if it is.

    `account` is the account whose server answers the request.
    """
    if not peers.homes or account or not (owner := resource_policies.owner(check.resource)):
        return None
    if owner not in peers.homes:
        return None  # as AWS's own accounts, with images and layers
    return f"of account {owner}: the local AWS has no such request across accounts"


def _crosses(service: str, request: Request, check: Check) -> bool:
    """Return whether it is one of the requests that cross accounts."""
    if service != "s3":
        return check.action in CALLS
    if check.action == "s3:ListBucket":
        return request.method == "GET" and request.query.get("list-type") == "2"
    return check.action == "s3:GetObject" and request.method in {"GET", "HEAD"}
