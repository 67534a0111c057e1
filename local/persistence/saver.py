"""Save the state while the server runs and when it stops; read it at the next start.

The state is in `<home>/state`: the file `snapshot`, and large bodies of objects and functions. A
server that is killed loses what changed since the last snapshot, at most a few seconds.
"""

import logging
import os
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from common.errors import bad_value
from local import runtime
from local.lifecycle import LifecycleError
from local.persistence import snapshot, stores

log = logging.getLogger(__name__)

FORMAT = 1  # of the saved classes: a change that cannot be read back has a new number
INTERVAL_SECONDS = 2.0
MAX_SHARE = 0.05  # of the time that is spent on saving


class UnreadableStateError(LifecycleError):
    """The saved state is of another version."""


class Saver:
    """The state folder of a server."""

    def __init__(self, home: Path) -> None:
        self._file = home / "state" / "snapshot"
        self._bodies = snapshot.Bodies(home / "state" / "bodies")
        self._lock = threading.Lock()
        self._last = b""

    def read(self) -> dict[str, Any] | None:
        """Return the saved state, None if there is none; raises UnreadableStateError."""
        if not self._file.is_file():
            return None
        try:
            saved: dict[str, Any] = snapshot.load(self._file.read_bytes(), self._bodies)
            found = saved["version"]
        except Exception as error:
            raise UnreadableStateError(
                f"{self._file} cannot be read ({error!r}): delete it with `make down`"
            ) from error
        if found != _version():
            raise UnreadableStateError(
                f"{self._file}: got version {found}, expected {_version()}: delete it with "
                "`make down`"
            )
        if (owner := saved.get("account", runtime.DEFAULT_ACCOUNT)) != runtime.account:
            raise UnreadableStateError(
                f"{self._file}: {bad_value('account', runtime.account, owner)}"
            )
        return saved

    def start(self) -> None:
        """Save from now on whenever something has changed."""
        threading.Thread(target=self._save_for_ever, daemon=True, name="saver").start()

    def save(self) -> None:
        """Save now, unless nothing has changed."""
        with self._lock:
            state = {
                "version": _version(),
                "account": runtime.account,
                "now": runtime.clock.now(),
                "stores": stores.collect(),
            }
            if runtime.clock.mode == "real":
                del state["now"]  # else every snapshot would differ
            content = snapshot.dump(state, self._bodies)
            if content == self._last:
                return
            self._bodies.write()
            part = self._file.with_suffix(".part")
            with part.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            part.rename(self._file)
            self._last = content
            self._bodies.discard_others()

    def _save_for_ever(self) -> None:
        wait = INTERVAL_SECONDS
        while True:
            time.sleep(wait)
            began = time.monotonic()
            try:
                self.save()
            except Exception:
                log.exception("the state was not saved")
            wait = max(INTERVAL_SECONDS, (time.monotonic() - began) / MAX_SHARE)


def _version() -> str:
    return f"{FORMAT}, MiniStack {version('ministack')}"
