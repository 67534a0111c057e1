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

from local import emulator, preloaded, processes, runtime
from local.clock.clock import Clock, Mode

# Modules with an install() that replaces parts of MiniStack, in this order.
REPLACEMENTS = (
    "time_patch",
    "lambda_.functions",
    "lambda_.aliases",
    "lambda_.async_invocations",
    "events.event_bus",
    "events.bus_policies",
    "events.schedules",
    "events.s3_notifications",
    "events.firehose",
    "events.queues",
    "events.topics",
    "cloudwatch.metric_store",
    "cloudwatch.alarms",
    "cloudwatch.alarm_api",
    "autoscaling.scaler",
    "stepfunctions.interpreter",
    "stepfunctions.definitions",
    "stepfunctions.executions",
    "stepfunctions.data_paths",
    "stepfunctions.tasks",
    "stepfunctions.integrations",
    "containers.codebuild",
    "containers.ecs",
    "iam.condition_keys",
    "vpc.ec2",
    "api_gateway.checks",
    "api_gateway.proxy",
    "api_gateway.access",
)


def serve(
    port: int,
    home: Path,
    mode: Mode,
    start: float | None,
    *,
    die_with_parent: bool,
    account: str = runtime.DEFAULT_ACCOUNT,
    persistent: bool = False,
    restored: bool = False,
    preload: bool = False,
) -> None:
    """Serve on loopback until SIGTERM, SIGINT or, if requested, the end of stdin; never return.

    Port 0 is any free port; raises OSError if the port is in use. A persistent server saves its
    state in its home and starts with it; a restored one only starts with what was saved there.
    With `preload`, jobs start as forks of a process that has imported their libraries. Raises
    UnreadableStateError.
    """
    if preload:
        preloaded.start()
    listener = socket.create_server(("127.0.0.1", port))
    port = listener.getsockname()[1]
    endpoint_url = f"http://127.0.0.1:{port}"
    home.mkdir(parents=True, exist_ok=True)
    runtime.configure(Clock(mode, start), home, endpoint_url, account)
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
    emulator.configure(port)
    state = _State(home, saves=persistent) if persistent or restored else None
    for name in REPLACEMENTS:
        importlib.import_module(f"local.{name}").install()
    if state is not None:
        state.restore()
    record = {"pid": os.getpid(), "port": port, "endpoint_url": endpoint_url, "clock": mode}
    record |= {"account": account, "region": runtime.REGION}
    (home / "server.json").write_text(json.dumps(record))
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(listener, state, die_with_parent=die_with_parent))
    finally:
        processes.stop_all()
        (home / "server.json").unlink(missing_ok=True)
        logging.shutdown()
        os._exit(0)  # workers may wait for virtual time


class _State:
    """The saved state of a server."""

    def __init__(self, home: Path, *, saves: bool) -> None:
        """Read it, and let a virtual clock continue; raises UnreadableStateError."""
        from local.persistence import resume, saver, stores  # noqa: PLC0415 - they import MiniStack

        self._resume, self._stores, self._saves = resume, stores, saves
        self._saver = saver.Saver(home)
        self._saved = self._saver.read()
        if self._saved is not None and "now" in self._saved:
            runtime.clock.advance(self._saved["now"])

    def restore(self) -> None:
        """Fill the stores."""
        if self._saved is not None:
            self._resume.discard_folders()
            self._stores.restore(self._saved["stores"])

    def start(self) -> None:
        """Continue what was running, and save from now on if it is persistent."""
        if self._saved is not None:
            self._saved = None
            runtime.clock.spawn(self._resume.resume)
        if self._saves:
            self._saver.start()

    def end(self) -> None:
        """Save the state a last time if it is persistent."""
        if self._saves:
            self._saver.save()


class _Server(uvicorn.Server):
    """Stops at SIGTERM and SIGINT."""

    def __init__(self, config: uvicorn.Config, state: _State | None) -> None:
        super().__init__(config)
        self._state = state

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._state is not None:
            self._state.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._state is not None:
            self._state.end()  # before the children end, which would be failures of tasks


async def _run(listener: socket.socket, state: _State | None, *, die_with_parent: bool) -> None:
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
    server = _Server(config, state)
    if die_with_parent:
        threading.Thread(target=_stop_at_end_of_stdin, args=(server,), daemon=True).start()
    await server.serve(sockets=[listener])


def _stop_at_end_of_stdin(server: uvicorn.Server) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    server.should_exit = True
