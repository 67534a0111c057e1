"""Requests that the server of another account answers, after the permissions of both were checked.

The owner's server carries out what comes with its own key without checks.
"""

import re
from urllib.parse import quote, urlencode

from local import peers, runtime
from local.http_messages import Request, Response
from local.iam import gate

KEY = re.compile(r"(?<=Credential=)[^/]+")
# Of the connection with the client, or added by the server itself.
OWN_HEADERS = frozenset({"connection", "content-length", "host", "server", "transfer-encoding"})


def answer(account: str, key: str, request: Request) -> Response:
    """Send a request to the server of an account and return its response; raises PeerError."""
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
