"""Serves the page on loopback; the key of the API stays here, not in the browser."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cli.errors import CommandError
from cli.form import page
from cli.form.page import Record, Shown
from cli.traffic.client import Client

HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
)


def create(record: Record, client: Client, port: int) -> ThreadingHTTPServer:
    """Return a server of the form of a model; port 0 is any free one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            # A page of another origin may reach this port under a name of its own.
            if self.headers.get("Host") != f"{HOST}:{server.server_port}":
                self._send(421, "open the address that the command printed")
            elif self.headers.get("Sec-Fetch-Site") == "cross-site":
                self._send(403, "a page of another origin may not send requests")
            elif url.path != "/":
                self._send(404, "expected /")
            else:
                values = dict(parse_qsl(url.query, keep_blank_values=True))
                self._send(200, page.html(record, values, _predict(record, client, values)))

        def _send(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            kind = "text/html" if status == 200 else "text/plain"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Print nothing: the terminal shows the address."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    return server


def _predict(record: Record, client: Client, values: dict[str, str]) -> Shown:
    if not values:
        return Shown()
    try:
        answer = client.call("/stream", page.body(record, values))
    except CommandError as error:
        return Shown(problem=str(error))
    return page.shown(record, answer.status, answer.inference_id, answer.document)
