"""The callers inside the local AWS: sessions of the roles that services assume, by access key."""

import base64
import hashlib
from dataclasses import dataclass

from local import ministack, runtime
from local.iam import policies
from local.vpc.network import Network


@dataclass(frozen=True, slots=True)
class Caller:
    """A session of a role; `inside` if its work is in flight on the virtual clock.

    `network` is the VPC from which the session's requests come, None for the network of AWS.
    """

    role_arn: str
    session: str
    inside: bool = True
    network: Network | None = None

    @property
    def role(self) -> str:
        """The name of the role."""
        return self.role_arn.rpartition("/")[2]

    @property
    def arn(self) -> str:
        """The ARN of the session."""
        return f"arn:aws:sts::{runtime.account}:assumed-role/{self.role}/{self.session}"


callers: dict[str, Caller] = {}  # by access key


def assume(
    role_arn: str,
    service: str,
    session: str,
    *,
    process: str = "",
    inside: bool = True,
    network: Network | None = None,
) -> str:
    """Assume a role as a service, e.g. `lambda` -> the access key of the session.

    A `process` with a session of its own has a key that nobody else has.
    Raises AccessDeniedError if the role does not exist or does not trust the service.
    """
    caller = Caller(role_arn, session, inside, network)
    # Lambda does not send aws:SourceAccount when it assumes the role of a function.
    account = {} if service == "lambda" else {"aws:SourceAccount": runtime.account}
    policies.check_trust(caller.role, f"{service}.amazonaws.com", account)
    identity = f"{role_arn} {service} {session} {process} {inside} {network}"
    digest = hashlib.sha256(identity.encode()).digest()
    key = f"ASIA{base64.b32encode(digest).decode()[:16]}"
    callers[key] = caller
    return key


def of_key(key: str) -> Caller | None:
    """Return the session of an access key, None for the account's administrator."""
    if caller := callers.get(key):
        return caller
    session = ministack.sts_sessions.get(key)
    if session is None:
        return None
    role, name = session["Arn"].split(":assumed-role/")[1].split("/", 1)
    return Caller(f"arn:aws:iam::{runtime.account}:role/{role}", name, inside=False)


def is_inside(key: str) -> bool:
    """Return whether a request with this key belongs to work in flight."""
    caller = callers.get(key)
    return key == runtime.INSIDE_KEY or (caller is not None and caller.inside)
