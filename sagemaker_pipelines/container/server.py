"""`serve`: the application on gunicorn, with a worker for each core.

The model is loaded before the port is opened, so /ping succeeds only with a model.
"""

import os
import select
from itertools import count
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from sagemaker_pipelines.container import handlers
from sagemaker_pipelines.container.application import MAX_INVOCATIONS, THREADS, Application
from sagemaker_pipelines.container.inference import Handler, RequestError
from sagemaker_pipelines.container.limits import GRACE_SECONDS, INVOCATION_SECONDS
from sagemaker_pipelines.paths import Paths

FOLLOWING_MS = 100  # how long a thread waits for the next request of its connection


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker whose threads keep their connections, and that closes its port when it ends."""

    def init_process(self) -> None:
        """Run the worker. The threads beyond the kept connections are left for others."""
        self.keeping = BoundedSemaphore(MAX_INVOCATIONS)
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """Answer a request, and in the same thread those that follow it at once.

        gunicorn's returns the connection to the main thread after each request. Two threads then
        wake each other for every one, which takes a fifth of the CPU time beside the model.
        """
        if not self.keeping.acquire(blocking=False):
            return super().handle(conn)
        try:
            while (result := super().handle(conn)) is True and self.alive and _follows(conn):
                pass
            return result
        finally:
            self.keeping.release()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting connections; close the port at the end.

        gunicorn's keeps it open until all requests are answered: clients connect, wait, and are
        cut off.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()


def _follows(conn: TConn) -> bool:
    """Wait shortly for the next request of a connection, of which a part may be read already."""
    if conn.parser.unreader.buf.getvalue():
        return True
    poll = select.poll()  # select.select() refuses file descriptors from 1024 on
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(FOLLOWING_MS))


def cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def keep_on_core(worker: ThreadWorker) -> None:
    """Let a worker run on a core of its own only, if each core has a worker.

    The threads of a worker compute in turn. On several cores, each turn wakes another core, which
    takes up to a fifth of the CPU time of a request.
    """
    available = cores()
    if hasattr(os, "sched_setaffinity") and worker.cfg.workers == len(available):
        os.sched_setaffinity(0, {available[worker.place]})


def choose_place(arbiter: Arbiter, worker: ThreadWorker) -> None:
    """Give the worker a number; one that replaces another gets its number."""
    taken = {other.place for other in arbiter.WORKERS.values()}
    worker.place = next(number for number in count() if number not in taken)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code instead of on its command line."""

    def __init__(self, application: Application, options: dict[str, Any]) -> None:
        self.application, self.options = application, options
        super().__init__()

    def load_config(self) -> None:
        """Apply the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        """Return the application; the workers inherit the loaded model."""
        return self.application


def main(paths: Paths, address: str) -> None:
    """Load the model and serve it on host:port or unix:PATH until SIGTERM."""
    try:
        handler = handlers.load(paths.model, os.environ)
    except RequestError as error:
        raise SystemExit(str(error)) from error
    serve(handler, address)


def serve(handler: Handler, address: str) -> None:
    """Answer the requests to a model until SIGTERM."""
    options = {
        "bind": address,
        "workers": int(os.environ.get("MODEL_SERVER_WORKERS") or len(cores())),
        "pre_fork": choose_place,
        "post_fork": lambda _, worker: keep_on_core(worker),
        "worker_class": Worker,
        "threads": THREADS,
        "preload_app": True,
        "timeout": INVOCATION_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108
        "control_socket_disable": True,
    }
    Server(Application(handler), options).run()
