"""The server in the foreground: our behaviours go into MiniStack, then it serves until told."""

import asyncio
import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from local import processes, runtime
from local.clock import Clock, Mode

# Each has an install() that puts its behaviour in the place of MiniStack's, in this order.
BEHAVIOURS = [
    "virtual_time",
    "lambdas",
    "events",
    "schedules",
    "s3_events",
    "firehose",
    "metrics",
    "alarms",
    "alarm_protocol",
    "stepfunctions",
    "ecs",
]


def serve(
    port: int, home: Path, mode: Mode, start: float | None, *, die_with_parent: bool
) -> None:
    """Serve on loopback until SIGTERM, SIGINT or, if wished, the end of stdin; never returns."""
    listener = socket.create_server(("127.0.0.1", port))
    port = listener.getsockname()[1]
    endpoint_url = f"http://127.0.0.1:{port}"
    os.environ["GATEWAY_PORT"] = str(port)  # MiniStack writes it into queue URLs
    home.mkdir(parents=True, exist_ok=True)
    runtime.configure(Clock(mode, start), home, endpoint_url)
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
    for name in BEHAVIOURS:
        importlib.import_module(f"local.{name}").install()
    facts = {"pid": os.getpid(), "port": port, "endpoint_url": endpoint_url, "clock": mode}
    (home / "server.json").write_text(json.dumps(facts))
    try:
        asyncio.run(_run(listener, die_with_parent=die_with_parent))
    finally:
        processes.stop_all()
        (home / "server.json").unlink(missing_ok=True)
        logging.shutdown()
        os._exit(0)  # workers may wait for a time that never comes


async def _run(listener: socket.socket, *, die_with_parent: bool) -> None:
    from local import gateway  # noqa: PLC0415 - MiniStack reads the port when imported

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if die_with_parent:
        watch = threading.Thread(target=_until_stdin_ends, args=(loop, stop), daemon=True)
        watch.start()
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 300
    config.graceful_timeout = 1
    await hypercorn_serve(gateway.app, config, shutdown_trigger=stop.wait)


def _until_stdin_ends(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    loop.call_soon_threadsafe(stop.set)
