"""Serves the page on loopback until it is stopped."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from nicegui import Client, ui

from cli.errors import CommandError
from cli.web_console import page
from cli.web_console.access import HOST, Guard
from cli.web_console.commands import Commands
from cli.web_console.feed import Feed
from cli.web_console.live import Live

PORT = 8642
TRIES = 50  # ports from the default on


def listen(port: int | None) -> socket.socket:
    """Return a socket at a port, by default the first free one from PORT on; CommandError."""
    candidates = range(PORT, PORT + TRIES) if port is None else [port]
    for candidate in candidates:
        found = socket.socket()
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, candidate))
        except OSError as error:
            found.close()
            if port is not None:
                raise CommandError(f"--port: got {port}: {error.strerror}", 2) from error
        else:
            return found
    raise CommandError(f"no free port from {PORT} to {PORT + TRIES - 1}", 2)


def serve(
    listener: socket.socket,
    feed: Feed,
    commands: Commands,
    where: str,
    started: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl-C; `started` gets the address once it answers."""
    guard = Guard(
        _application(feed, commands, where), port_of(listener), secrets.token_urlsafe(24)
    )
    config = uvicorn.Config(
        guard, log_level="warning", timeout_graceful_shutdown=1, server_header=False
    )
    server = _Server(config, lambda: started(guard.url))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def port_of(listener: socket.socket) -> int:
    """Return the port of a socket."""
    port: int = listener.getsockname()[1]
    return port


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def _application(feed: Feed, commands: Commands, where: str) -> FastAPI:
    @asynccontextmanager
    async def reading(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(
            feed.run(lambda: any(c.has_socket_connection for c in Client.instances.values()))
        )
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def root() -> None:
        page.build(Live(feed, commands), where)

    app = FastAPI(lifespan=reading, openapi_url=None)
    ui.run_with(
        app,
        root=root,
        title="Evergreen console",
        favicon="🌲",
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30,
    )
    return app
