"""Who may use the page: the browser that opened the printed address, no page of another origin.

The guard is around the whole application, so it also covers the WebSocket, which NiceGUI itself
opens to every origin.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

HOST = "127.0.0.1"
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# NiceGUI compiles templates in the browser. Nothing is loaded from or sent to elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self' ws://{address}; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class Guard:
    """An ASGI application that passes on only requests with the token of this run.

    The address that the command prints has the token; a cookie replaces it at once, so that it is
    in no referrer and no history.
    """

    def __init__(self, app: Application, port: int, token: str) -> None:
        self.app = app  # uvicorn's server is found by NiceGUI through this name
        self._address = f"{HOST}:{port}"
        self._token = token
        # Browsers send cookies to all ports of a host: the name keeps two consoles apart.
        self._cookie = f"evergreen-console-{port}"

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{self._address}/?token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif problem := self._problem(_headers(scope)):
            await _refuse(scope, receive, send, *problem)
        elif self._is_token(_cookies(scope).get(self._cookie)):
            await self.app(scope, receive, self._with_policy(send))
        elif scope["type"] == "http" and self._is_token(_query(scope).get("token")):
            await self._enter(send)
        else:
            reason = "open the address that the command printed: it has the token of this console"
            await _refuse(scope, receive, send, 403, reason)

    def _problem(self, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Return status and reason of a request that no page of this origin sent."""
        if headers.get("host") != self._address:  # another name that leads to this machine
            return 421, "open the address that the command printed"
        origin = headers.get("origin")
        if origin not in {None, f"http://{self._address}"}:
            return 403, "a page of another origin may not send requests"
        # `same-site` is another port of this machine.
        site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
        if site in {"cross-site", "same-site"} and mode != "navigate":
            return 403, "a page of another origin may not send requests"
        return None

    def _is_token(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode(), self._token.encode())

    async def _enter(self, send: Send) -> None:
        cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        # A page and no redirect: the cookie is not sent in a chain that another site began.
        page = (
            b'<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Evergreen</title>'
        )
        await _respond(send, 200, page, "text/html", [(b"set-cookie", cookie.encode())])

    def _with_policy(self, send: Send) -> Send:
        policy = POLICY.format(address=self._address).encode()
        added = [(b"content-security-policy", policy), *COMMON]

        async def send_with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        return send_with_policy


COMMON: Headers = [(b"referrer-policy", b"no-referrer"), (b"x-content-type-options", b"nosniff")]


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # the request to connect
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
    else:
        await _respond(send, status, reason.encode(), "text/plain", [])


async def _respond(send: Send, status: int, body: bytes, kind: str, headers: Headers) -> None:
    own: Headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [*own, *COMMON, *headers]})
    await send({"type": "http.response.body", "body": body})


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _cookies(scope: Scope) -> dict[str, str]:
    pairs = _headers(scope).get("cookie", "").split("; ")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def _query(scope: Scope) -> dict[str, str]:
    found = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return {name: values[0] for name, values in found.items()}
