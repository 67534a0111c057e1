"""Requests that the server of another account answers, after the permissions of both were checked.

The owner's server carries out what comes with its own key without checks.
"""

import logging
import re
from urllib.parse import quote, urlencode

from local import faults, peers, runtime
from local.http_messages import Request, Response
from local.iam import gate

log = logging.getLogger(__name__)

KEY = re.compile(r"(?<=Credential=)[^/]+")
# Of the connection with the client, or added by the server itself.
OWN_HEADERS = frozenset({"connection", "content-length", "host", "server", "transfer-encoding"})


def answer(service: str, key: str, request: Request) -> Response | None:
    """Return the answer of the other account that a request is for, None if it is for ours."""
    try:
        account = gate.answering_account(service, request)
        return _forward(account, key, request) if account else None
    except (KeyError, TypeError, ValueError):
        return None  # malformed: the operation itself returns the error
    except peers.PeerError as down:
        log.warning("%s", down)
        return faults.response(service, 503, str(down))


def _forward(account: str, key: str, request: Request) -> Response:
    target = request.path
    if request.query:
        target += f"?{urlencode(request.query, quote_via=quote)}"
    headers = {name: v for name, v in request.headers.items() if name not in OWN_HEADERS}
    headers["authorization"] = KEY.sub(runtime.INSIDE_KEY, headers["authorization"])
    response = peers.request(account, request.method, target, headers, request.body)
    if response.status == 404 and (hidden := gate.missing_object(key, request)):
        return hidden
    kept = {"content-length"} if request.method == "HEAD" else set()
    shown = {
        name: value
        for name, value in response.headers.items()
        if name.lower() not in OWN_HEADERS - kept
    }
    return Response(response.status, shown, response.body)
