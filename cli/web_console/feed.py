"""What the page shows, read from the deployment in turns, while somebody looks at it."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cli.connection import Connection, renewed
from cli.errors import EXPECTED, explain

CONNECTION_SECONDS = 1800  # the session of the local operator ends after an hour


@dataclass(frozen=True, slots=True)
class Part:
    """A document of the page, and how often it is read."""

    read: Callable[[Connection], Any]
    seconds: float


class Access:
    """A connection that is renewed: its time at each use, all of it after an error or a while."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._since = 0.0

    def connection(self) -> Connection:
        """Return a connection with the present time; raises the errors of connecting."""
        with self._lock:
            old = time.monotonic() - self._since > CONNECTION_SECONDS
            if self._connection is None or old:
                self._connection = self._locked(self._connect())
                self._since = time.monotonic()
                return self._connection
            return renewed(self._connection)

    def forget(self) -> None:
        """Connect again at the next use."""
        self._connection = None

    def _locked(self, connection: Connection) -> Connection:
        """Return a connection for several threads: boto3 creates one client at a time."""
        lock, create = threading.Lock(), connection.clients

        def clients(service: str) -> Any:
            with lock:
                return create(service)

        return replace(connection, clients=clients)


class Feed:
    """The newest document of each part, or why it could not be read.

    `version` of parts grows whenever one of them changed.
    """

    def __init__(self, access: Access, parts: Mapping[str, Part]) -> None:
        self.access = access
        self.documents: dict[str, Any] = {}
        self.problems: dict[str, str] = {}
        self._parts = parts
        self._versions = dict.fromkeys(parts, 0)
        self._wake: dict[str, asyncio.Event] = {}

    def version(self, names: Iterable[str]) -> int:
        """Return a number that grows with each change of these parts."""
        return sum(self._versions[name] for name in names)

    def read(self, name: str) -> None:
        """Read a part now; a problem keeps the document that was read before."""
        try:
            document = self._parts[name].read(self.access.connection())
        except EXPECTED as error:
            self.access.forget()
            self._set(self.problems, name, str(explain(error)))
            return
        except Exception as error:  # noqa: BLE001 - one broken part must not stop the others
            self._set(self.problems, name, f"{type(error).__name__}: {error}")
            return
        if self.problems.pop(name, None) is not None:
            self._versions[name] += 1
        self._set(self.documents, name, document)

    def _set(self, values: dict[str, Any], name: str, value: Any) -> None:
        if name not in values or values[name] != value:
            values[name] = value
            self._versions[name] += 1

    async def run(self, watched: Callable[[], bool]) -> None:
        """Read every part in its turns, until cancelled; nothing while nobody is watching."""
        async with asyncio.TaskGroup() as tasks:
            for name in self._parts:
                tasks.create_task(self._keep(name, watched))

    def refresh(self) -> None:
        """Read all parts at once, for instance after a decision."""
        for event in self._wake.values():
            event.set()

    async def _keep(self, name: str, watched: Callable[[], bool]) -> None:
        wake = self._wake.setdefault(name, asyncio.Event())
        while True:
            if watched():
                wake.clear()
                await asyncio.to_thread(self.read, name)
                await _wait(wake, self._parts[name].seconds)
            else:
                await asyncio.sleep(0.2)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
