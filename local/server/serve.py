"""The server process: install the replacements in MiniStack, then serve until stopped."""

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

from local import emulator, processes, runtime
from local.clock.clock import Clock, Mode

# Modules with an install() that replaces parts of MiniStack, in this order.
REPLACEMENTS = (
    "time_patch",
    "lambda_.functions",
    "lambda_.async_invocations",
    "events.event_bus",
    "events.schedules",
    "events.s3_notifications",
    "events.firehose",
    "events.queues",
    "cloudwatch.metric_store",
    "cloudwatch.alarms",
    "cloudwatch.alarm_api",
    "step_functions",
    "containers.codebuild",
    "containers.ecs",
)


def serve(
    port: int, home: Path, mode: Mode, start: float | None, *, die_with_parent: bool
) -> None:
    """Serve on loopback until SIGTERM, SIGINT or, if requested, the end of stdin; never return.

    Port 0 is any free port; raises OSError if the port is in use.
    """
    listener = socket.create_server(("127.0.0.1", port))
    port = listener.getsockname()[1]
    endpoint_url = f"http://127.0.0.1:{port}"
    home.mkdir(parents=True, exist_ok=True)
    runtime.configure(Clock(mode, start), home, endpoint_url)
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
    emulator.configure(port)
    for name in REPLACEMENTS:
        importlib.import_module(f"local.{name}").install()
    record = {"pid": os.getpid(), "port": port, "endpoint_url": endpoint_url, "clock": mode}
    record["region"] = runtime.REGION
    (home / "server.json").write_text(json.dumps(record))
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(listener, die_with_parent=die_with_parent))
    finally:
        processes.stop_all()
        (home / "server.json").unlink(missing_ok=True)
        logging.shutdown()
        os._exit(0)  # workers may wait for virtual time


async def _run(listener: socket.socket, *, die_with_parent: bool) -> None:
    from local.server import gateway  # noqa: PLC0415 - it imports MiniStack

    config = uvicorn.Config(
        gateway.app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # MiniStack sends its own
        timeout_keep_alive=300,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    server = uvicorn.Server(config)  # stops at SIGTERM and SIGINT
    if die_with_parent:
        threading.Thread(target=_stop_at_end_of_stdin, args=(server,), daemon=True).start()
    await server.serve(sockets=[listener])


def _stop_at_end_of_stdin(server: uvicorn.Server) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    server.should_exit = True
