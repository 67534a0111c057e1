"""Programs of jobs as forks of a process that has already imported their libraries.

Starting an interpreter and importing pandas, boto3 or PyTorch takes one or two seconds of every
job, a fork some milliseconds. Only third-party packages are imported beforehand: the program is
imported after the fork, from the same files and with the same environment as otherwise.
"""

import atexit
import io
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

# Libraries read them when they are loaded. Jobs that compute for long ask for one thread anyway.
ONE_THREAD = {"MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
LIBRARIES = ("boto3.session", "pandas", "pydantic", "scipy.stats", "sklearn.ensemble", "torch")

_context: ForkServerContext | None = None
# multiprocessing reads the exit codes of its processes whenever another one starts.
_lock = threading.Lock()


class Fork:
    """A program that runs as a fork, with the methods of subprocess.Popen that are in use."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        assert _context is not None  # noqa: S101 - for the type checker
        self.args, self._ended = argv, threading.Event()
        output, written = connection.Pipe(duplex=False)
        process = _context.Process(target=_run, args=(argv[2:], env, cwd, sys.path[1:], written))
        with _lock:
            process.start()
        written.close()
        assert process.pid is not None  # noqa: S101 - for the type checker
        self.pid, self._process = process.pid, process
        self.stdout = os.fdopen(os.dup(output.fileno()), "rb")
        output.close()
        threading.Thread(target=self._wait, daemon=True).start()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.exitcode if self._ended.is_set() else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends -> exit code; raises subprocess.TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode or 0

    def kill(self) -> None:
        """Kill it, but not what it has started."""
        os.kill(self.pid, signal.SIGKILL)

    def _wait(self) -> None:
        connection.wait([self._process.sentinel])
        with _lock:
            self._process.join()
        self._ended.set()


def start() -> None:
    """Start the process that imports the libraries, without waiting for it."""
    global _context  # noqa: PLW0603 - one per process
    _context = multiprocessing.get_context("forkserver")
    _context.set_forkserver_preload([*LIBRARIES])
    before = dict(os.environ)
    os.environ.update(ONE_THREAD)
    forkserver.ensure_running()
    os.environ.clear()
    os.environ.update(before)


def can_run(argv: list[str]) -> bool:
    """Return whether a program is started as a fork: a module, with this interpreter."""
    return _context is not None and argv[:2] == [sys.executable, "-m"]


def _run(
    program: list[str],
    env: dict[str, str],
    cwd: Path,
    path: list[str],
    written: connection.Connection,
) -> None:
    """Become the program (module, arguments), as `python -m` would."""
    import numpy as np  # noqa: PLC0415 - 0.1 s, which the server does not need

    os.setsid()
    os.chdir(cwd)
    for number in (1, 2):
        os.dup2(written.fileno(), number)
    sys.stdout, sys.stderr = (_unbuffered(number) for number in (1, 2))
    written.close()
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    np.random.seed()  # otherwise the global generators of all forks were equal
    module, *sys.argv[1:] = program
    sys.path[:] = [str(cwd), *env.get("PYTHONPATH", "").split(os.pathsep), *path]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # multiprocessing ends a process without them


def _unbuffered(number: int) -> io.TextIOWrapper:
    """Return a stream like those of `python -u`, which all containers are."""
    raw: Any = io.FileIO(number, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", line_buffering=True, write_through=True)
