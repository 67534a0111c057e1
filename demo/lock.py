"""One demo at a time: a file lock that ends with its process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RunningError(Exception):
    """Another demo holds the lock; the text is for the user."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock; the file tells whose it is. Raises RunningError if another has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise RunningError(f"another demo is running (process {file.read()})") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
