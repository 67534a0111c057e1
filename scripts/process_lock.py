"""A file lock that the operating system releases when its process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockedError(Exception):
    """Another process holds the lock; the message is for the user."""


@contextmanager
def hold(path: Path, what: str) -> Iterator[None]:
    """Hold the lock and write the process id to it; LockedError if another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise LockedError(f"another {what} is running (process {file.read()})") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
