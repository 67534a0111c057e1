"""Child processes that never outlive the process that started them, however that one dies."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_lock = threading.Lock()
_reaper: "subprocess.Popen[bytes] | None" = None
_alive: "dict[int, subprocess.Popen[Any]]" = {}


def spawn(
    argv: list[str], env: dict[str, str], cwd: Path, log: Path | None
) -> "subprocess.Popen[bytes]":
    """Start a process group registered with the reaper.

    Output (stdout and stderr in one) is appended to `log`, or, with None, left in `.stdout`.
    """
    with contextlib.ExitStack() as stack:
        target = subprocess.PIPE if log is None else stack.enter_context(log.open("ab"))
        proc = subprocess.Popen(
            argv,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    adopt(proc)
    return proc


def adopt(proc: "subprocess.Popen[Any]") -> None:
    """Register a process that leads a group of its own."""
    with _lock:
        for done in [pid for pid, other in _alive.items() if other.poll() is not None]:
            _tell(f"-{done}")
            del _alive[done]
        _alive[proc.pid] = proc
        _tell(f"+{proc.pid}")


def stop(proc: "subprocess.Popen[bytes]", grace_seconds: float = 2.0) -> int:
    """End a process group: SIGTERM, then SIGKILL after the grace -> exit code."""
    if proc.poll() is None:
        _signal_group(proc, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            proc.wait(grace_seconds)
    _signal_group(proc, signal.SIGKILL)
    return proc.wait()


def stop_all() -> None:
    """Kill everything that still runs; the server's last act."""
    with _lock:
        for proc in _alive.values():
            if proc.poll() is None:
                _signal_group(proc, signal.SIGKILL)


def _signal_group(proc: "subprocess.Popen[Any]", number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(proc.pid, number)


def _tell(line: str) -> None:
    """Write one line to the reaper, which is started with the first process."""
    global _reaper  # noqa: PLW0603 - one per server process
    if _reaper is None or _reaper.poll() is not None:
        _reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("reaper.py"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
    assert _reaper.stdin is not None  # noqa: S101 - for the type checker
    _reaper.stdin.write(f"{line}\n".encode())
    _reaper.stdin.flush()
