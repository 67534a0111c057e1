"""The local AWS servers of other accounts: which there are, and requests to them.

Each account is a server of its own. The URL of a peer is read from its home when it is needed, so
that servers start in any order, on any port.
"""

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from common.errors import bad_value
from local import runtime
from local.http_messages import Response

ACCOUNT = re.compile(r"\d{12}")
TIMEOUT_SECONDS = 60

homes: dict[str, Path] = {}  # of the peers, by account


class PeerError(Exception):
    """The server of another account does not respond, as a service that is down."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What the owner of a resource says: does it exist, its policy, the key that encrypts it."""

    exists: bool
    policy: Any
    key: str | None


def of_arn(arn: str) -> str | None:
    """Return the other account that an ARN names, None for our own or none."""
    parts = arn.split(":", 5)
    account = parts[4] if len(parts) == 6 else ""
    return account if ACCOUNT.fullmatch(account) and account != runtime.account else None


def owner_of_bucket(bucket: str) -> str | None:
    """Return the peer that has a bucket, None if none has it.

    Raises PeerError if a peer that may have it does not respond.
    """
    silent = None
    for account in homes:
        try:
            if resource(account, f"arn:aws:s3:::{bucket}").exists:
                return account
        except PeerError as error:
            silent = error
    if silent:
        raise silent
    return None


def resource(account: str, arn: str) -> Resource:
    """Ask a peer for a resource of its account; raises PeerError."""
    query = urlencode({"arn": arn})
    answer = request(account, "GET", f"/_evergreen/resource?{query}")
    return Resource(**_content(account, answer))


def put_event(account: str, bus: str, event: Mapping[str, Any]) -> None:
    """Give a peer an event for one of its buses; raises PeerError."""
    body = json.dumps({"bus": bus, "event": event}).encode()
    _content(account, request(account, "POST", "/_evergreen/events", body=body))


def request(
    account: str,
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Response:
    """Send a request to a peer, with path and query as `target`; raises PeerError."""
    port = urlsplit(_url(account)).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, target, body or None, dict(headers or {}))
        answer = connection.getresponse()
        return Response(answer.status, dict(answer.getheaders()), answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise PeerError(f"account {account} does not respond: {error!r}") from error
    finally:
        connection.close()


def _url(account: str) -> str:
    home = homes.get(account)
    if home is None:
        raise PeerError(f"account {account} is not a peer of account {runtime.account}")
    try:
        record = json.loads((home / "server.json").read_text())
    except (OSError, ValueError) as error:
        raise PeerError(f"account {account} does not run in {home}") from error
    if record.get("account") != account:
        raise PeerError(bad_value(f"account of {home}", record.get("account"), account))
    return str(record["endpoint_url"])


def _content(account: str, answer: Response) -> dict[str, Any]:
    if answer.status != 200:
        text = answer.body.decode(errors="replace")
        raise PeerError(f"account {account} answered {answer.status}: {text}")
    content: dict[str, Any] = json.loads(answer.body)
    return content
