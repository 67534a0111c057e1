"""Serialize the state of the services; running things become none, large bodies are files."""

import hashlib
import io
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.clock.in_flight import Signal
from local.clock.timer import Timer
from local.preloaded import Fork
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.serving_container import ServingContainer
from local.sagemaker.jobs.job import Kind
from local.stepfunctions.interpreter import Event

LARGE_BYTES = 16_384
# What a new process does not have: processes, timers and waiting threads.
RUNNING = (subprocess.Popen, Fork, Timer, Signal, Fleet, ServingContainer, Event)
NEW: dict[type, Callable[[], Any]] = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
    threading.Event: threading.Event,
}
MAX_ATTEMPTS = 20


class Bodies:
    """Large byte strings as files named by their SHA-256, each written once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # By id, with a reference so that the id stays valid: bodies of the last snapshot, and of
        # attempts since. Hashing lets other threads change the state, so each body is hashed once.
        self._known: dict[int, tuple[bytes, str]] = {}
        self._current: dict[int, tuple[bytes, str]] = {}

    def begin(self) -> None:
        """Start a snapshot, or another attempt at it."""
        self._known |= self._current
        self._current = {}

    def name(self, body: bytes) -> str:
        """Return the name of a body and remember it."""
        found = self._known.get(id(body)) or (body, hashlib.sha256(body).hexdigest())
        self._current[id(body)] = found
        return found[1]

    def write(self) -> None:
        """Write the bodies of this snapshot that have no file yet."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for body, name in self._current.values():
            file = self._folder / name
            if not file.exists():
                part = file.with_suffix(".part")
                part.write_bytes(body)
                part.rename(file)
        self._known = self._current

    def discard_others(self) -> None:
        """Delete the files that the last snapshot does not need."""
        needed = {name for _, name in self._known.values()}
        for file in self._folder.iterdir():
            if file.name not in needed:
                file.unlink()

    def read(self, name: str) -> bytes:
        """Return a body."""
        return (self._folder / name).read_bytes()


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO, bodies: Bodies) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._bodies = bodies

    def persistent_id(self, obj: Any) -> str | None:
        if type(obj) is bytes and len(obj) >= LARGE_BYTES:
            return self._bodies.name(obj)
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, RUNNING):
            return _none, ()
        if new := NEW.get(type(obj)):
            return new, ()
        if isinstance(obj, Kind):
            return _kind, (obj.stem,)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, bodies: Bodies) -> None:
        super().__init__(file)
        self._bodies = bodies

    def persistent_load(self, pid: Any) -> bytes:
        return self._bodies.read(pid)


def dump(state: Any, bodies: Bodies) -> bytes:
    """Serialize state that other threads change; raises RuntimeError if it never stands still."""
    for attempt in range(MAX_ATTEMPTS):
        out = io.BytesIO()
        bodies.begin()
        try:
            with _alone():
                _Pickler(out, bodies).dump(state)
        except RuntimeError:  # a container changed its size meanwhile
            if attempt + 1 == MAX_ATTEMPTS:
                raise
        else:
            return out.getvalue()
    raise AssertionError  # unreachable


def load(content: bytes, bodies: Bodies) -> Any:
    """Return the state; raises what pickle raises for the state of other classes."""
    return _Unpickler(io.BytesIO(content), bodies).load()


@contextmanager
def _alone() -> Iterator[None]:
    """Let no other thread run, unless it was waiting already."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _none() -> None:
    return None


def _kind(stem: str) -> Kind:
    from local.persistence import stores  # noqa: PLC0415 - it imports this module's classes

    return stores.KINDS[stem]
