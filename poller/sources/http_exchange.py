"""One HTTP request and its response, over a connection of its own.

No limit depends on what the server sends: not the time, nor the bytes of headers and body, packed
or not. Redirects are not followed.
"""

import http.client
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from common.errors import bad_value
from poller.sources.connecting import Connecting, tls

SILENCE_SECONDS = 20.0  # between bytes
CHUNK = 65_536
SAFE = "/!$&'()*+,;=:@%~[]?"  # characters of a path or query that stay as they are
GZIP = ("gzip", "x-gzip")


class ExchangeError(Exception):
    """The response cannot be used."""


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response."""

    status: int
    content_type: str | None
    location: str
    retry_after: str
    body: bytes


class Exchange:
    """A GET request; `run` blocks, and another thread may call `abort`."""

    def __init__(self, url: str, user_agent: str, max_bytes: int) -> None:
        self._parts = urlsplit(url)
        self._headers = {
            "Accept": "application/json, */*;q=0.1",
            "Accept-Encoding": "gzip",
            "Connection": "close",
            "User-Agent": user_agent,
        }
        self._max_bytes = max_bytes
        self._connecting = Connecting()

    def run(self) -> Response:
        """Return the response; raises ExchangeError and whatever the libraries raise."""
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port)
        try:
            connection.sock = self._connecting.open(connection.host, connection.port)
            connection.sock.settimeout(SILENCE_SECONDS)
            if secure:
                host = connection.host
                connection.sock = tls().wrap_socket(connection.sock, server_hostname=host)
            connection.request("GET", self._target(), headers=self._headers | self._credentials())
            with connection.getresponse() as response:
                return Response(
                    response.status,
                    response.getheader("Content-Type"),
                    response.getheader("Location", ""),
                    response.getheader("Retry-After", ""),
                    self._body(response),
                )
        finally:
            connection.close()
            self._connecting.close()

    def abort(self) -> None:
        """End the exchange, whatever it waits for."""
        self._connecting.abort()

    def _target(self) -> str:
        query = f"?{quote(self._parts.query, SAFE)}" if self._parts.query else ""
        return quote(self._parts.path or "/", SAFE) + query

    def _credentials(self) -> dict[str, str]:
        if self._parts.username is None:
            return {}
        pair = f"{unquote(self._parts.username)}:{unquote(self._parts.password or '')}"
        return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        encoding = response.getheader("Content-Encoding", "identity").strip().lower()
        body = bytearray()
        for chunk in self._decoded(encoding, self._chunks(response, body)):
            body += chunk
            if len(body) > self._max_bytes:
                raise ExchangeError(f"the response has more than {self._max_bytes} bytes")
        return bytes(body)

    def _decoded(self, encoding: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        if encoding == "identity":
            return chunks
        if encoding in GZIP:
            return unzipped(chunks)
        raise ExchangeError(bad_value("Content-Encoding", encoding, "gzip or none"))

    def _chunks(self, response: http.client.HTTPResponse, body: bytearray) -> Iterator[bytes]:
        """Yield what arrives, at most as many bytes as the body may have."""
        received = 0
        try:
            while chunk := response.read1(CHUNK):
                received += len(chunk)
                if received > self._max_bytes:
                    raise ExchangeError(f"the response has more than {self._max_bytes} bytes")
                yield chunk
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise ExchangeError(f"{_broke_off(body)}: {error or type(error).__name__}") from error
        if response.length:  # the rest of Content-Length
            raise ExchangeError(f"{_broke_off(body)}: {response.length} more were announced")


def unzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress all members of a gzip stream, in pieces of bounded size.

    Raises ExchangeError if it is damaged or ends too early.
    """
    member = zlib.decompressobj(wbits=31)
    ended = True  # no member has begun
    try:
        for received in chunks:
            rest = received
            while rest:
                if ended:
                    member, ended = zlib.decompressobj(wbits=31), False
                if piece := member.decompress(rest, CHUNK):
                    yield piece
                rest = member.unused_data if member.eof else member.unconsumed_tail
                ended = member.eof
    except zlib.error as error:
        raise ExchangeError(f"the response broke off: {error}") from error
    if not ended:
        raise ExchangeError("the response broke off: its gzip stream ends too early")


def _broke_off(body: bytearray) -> str:
    return f"the response broke off after {len(body)} bytes"
