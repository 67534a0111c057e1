"""The server in the foreground: our behaviours go into MiniStack, then it serves until told."""

import asyncio
import importlib
import json
import logging
import os
import socket
import sys
import threading
from pathlib import Path

import uvicorn
import uvloop

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
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(listener, die_with_parent=die_with_parent))
    finally:
        processes.stop_all()
        (home / "server.json").unlink(missing_ok=True)
        logging.shutdown()
        os._exit(0)  # workers may wait for a time that never comes


async def _run(listener: socket.socket, *, die_with_parent: bool) -> None:
    from local import gateway  # noqa: PLC0415 - MiniStack reads the port when imported

    config = uvicorn.Config(
        gateway.app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # MiniStack's answers have one
        timeout_keep_alive=300,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    server = uvicorn.Server(config)  # ends at SIGTERM and SIGINT
    if die_with_parent:
        threading.Thread(target=_until_stdin_ends, args=(server,), daemon=True).start()
    await server.serve(sockets=[listener])


def _until_stdin_ends(server: uvicorn.Server) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    server.should_exit = True
