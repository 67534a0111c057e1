"""The policies of resources, of this account and of its peers, and who owns a resource."""

from collections.abc import Callable
from typing import Any

from local import ministack, peers, runtime

# What AWS itself publishes, and every account may use: images of algorithms, layers.
PUBLISHED = {"ecr", "lambda"}

_policy_of: dict[str, Callable[[str], Any]] = {}


def register(service: str, find_policy: Callable[[str], Any]) -> None:
    """Let `find_policy(ARN)` return the policy of a service's resource, None if it has none."""
    _policy_of[service] = find_policy


def owner(resource: str) -> str | None:
    """Return the other account that owns a resource, None for our own; raises PeerError.

    The ARN of a bucket or object names no account: its owner is the account that has the bucket.
    """
    if not resource.startswith("arn:aws:s3:::"):
        return peers.of_arn(resource)
    if not peers.homes or own("s3", resource):
        return None
    return peers.owner_of_bucket(resource.removeprefix("arn:aws:s3:::").partition("/")[0])


def find(service: str, resource: str) -> tuple[Any, str] | None:
    """Return policy and owner of a service's resource, None if only identity policies decide.

    Raises PeerError.
    """
    account = owner(resource)
    if account is None:
        return own(service, resource)
    if account in peers.homes:
        return peers.resource(account, resource).policy, account
    return None if service in PUBLISHED else ("", account)


def own(service: str, resource: str) -> tuple[Any, str] | None:
    """Return the policy of a resource of this account, and the account.

    None if there is no such resource, or if only identity policies decide on it.
    """
    if service in _policy_of:
        policy = _policy_of[service](resource)
        return None if policy is None else (policy, runtime.account)
    found: tuple[Any, str] | None = ministack.resource_policy(service, resource)
    return found


def exists(resource: str) -> bool:
    """Return whether this account has a role, or another resource with a policy."""
    name = resource.partition(":role/")[2].rpartition("/")[2]
    if name:
        return ministack.roles.get_scoped(runtime.account, None, name) is not None
    return own(resource.split(":")[2], resource) is not None


def _bus_policy(resource: str) -> Any:
    return ministack.event_bus_policies.get(resource.partition(":event-bus/")[2])


register("events", _bus_policy)
