"""Child processes that never outlive this process, even if it is killed.

Run as a script, this module is the reaper: it reads the ids of process groups from its stdin
(`+pid`, `-pid`) and kills the registered groups when the pipe closes.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, Protocol


class Process(Protocol):
    """What is used of a child: subprocess.Popen, or preloaded.Fork."""

    pid: int

    @property
    def stdout(self) -> IO[Any] | None:
        """Its output, if it is a pipe."""

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends -> exit code; raises subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """Kill it, but not what it has started."""


_lock = threading.Lock()
_reaper: "subprocess.Popen[bytes] | None" = None
_children: dict[int, Process] = {}
_keys: dict[int, str] = {}  # access keys of children, by process


def spawn(
    argv: list[str], env: dict[str, str], cwd: Path, log: Path | None
) -> "subprocess.Popen[bytes]":
    """Start a process group and register it with the reaper.

    Stdout and stderr are appended to the file `log`, or, with None, readable as `.stdout`.
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
    adopt(proc, env.get("AWS_ACCESS_KEY_ID", ""))
    return proc


def kill(key: str) -> None:
    """Kill the children with an access key, as a crash would."""
    with _lock:
        found = [pid for pid, of in _keys.items() if of == key and pid in _children]
    for pid in found:
        _signal_group(pid, signal.SIGKILL)


def adopt(proc: Process, key: str = "") -> None:
    """Register a process that leads its own process group; `key` is its access key."""
    with _lock:
        for ended in [pid for pid, child in _children.items() if child.poll() is not None]:
            _notify_reaper(f"-{ended}")
            del _children[ended]
            _keys.pop(ended, None)
        _children[proc.pid], _keys[proc.pid] = proc, key
        _notify_reaper(f"+{proc.pid}")


def stop(proc: Process, grace_seconds: float = 2.0) -> int:
    """Stop a process group, by SIGKILL after the grace period -> exit code."""
    if proc.poll() is None:
        _signal_group(proc.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            proc.wait(grace_seconds)
    _signal_group(proc.pid, signal.SIGKILL)
    return proc.wait()


def stop_all() -> None:
    """Kill every child that still runs."""
    with _lock:
        for child in _children.values():
            if child.poll() is None:
                _signal_group(child.pid, signal.SIGKILL)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _notify_reaper(line: str) -> None:
    global _reaper  # noqa: PLW0603 - one per process
    if _reaper is None or _reaper.poll() is not None:
        _reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
    assert _reaper.stdin is not None  # noqa: S101 - for the type checker
    _reaper.stdin.write(f"{line}\n".encode())
    _reaper.stdin.flush()


def _reap() -> None:
    """Track the registered groups until the pipe closes, then kill them."""
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        _signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    _reap()
