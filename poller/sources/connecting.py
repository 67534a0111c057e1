"""Open a TCP connection that another thread can end at any time."""

import socket
import ssl
from contextlib import suppress
from functools import cache

CONNECT_SECONDS = 5.0  # per address of the host


class AbortedError(Exception):
    """The connection was ended by `abort`."""


class Connecting:
    """A connection that is opened, or open; whoever uses it closes its socket."""

    def __init__(self) -> None:
        self._handle: socket.socket | None = None
        self._aborted = False

    def open(self, host: str, port: int) -> socket.socket:
        """Return the connected socket; raises OSError, or AbortedError after `abort`."""
        opened = socket.create_connection((host, port), CONNECT_SECONDS)
        # A duplicate, because TLS takes over the socket for its handshake.
        self._handle = opened.dup()
        if self._aborted:
            opened.close()
            self.close()
            raise AbortedError
        return opened

    def abort(self) -> None:
        """End the connection; a thread that reads from it or writes to it gets an error."""
        self._aborted = True
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the duplicate, without which the connection would stay open."""
        if self._handle is not None:
            self._handle.close()


@cache
def tls() -> ssl.SSLContext:
    """Return the settings of TLS: certificates of the system, host names checked."""
    return ssl.create_default_context()
