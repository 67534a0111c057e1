"""Access to internals of the emulator MiniStack, which has no public API for them.

A name that the installed version lacks raises `EmulatorError` when `local.ministack` is imported,
which is when the server starts.
"""

import importlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType
from typing import Any

from local import runtime


class EmulatorError(Exception):
    """The installed MiniStack lacks a name that the local AWS uses."""


def configure(port: int) -> None:
    """Set MiniStack's settings, which it reads from the environment while it is imported."""
    os.environ.update(
        BIND_HOST="127.0.0.1",
        DOCKER_HOST="unix:///nonexistent/docker.sock",  # never use a Docker engine of this machine
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        LOG_LEVEL="WARNING",
        MINISTACK_ACCOUNT_ID=runtime.account,
        MINISTACK_HOST="127.0.0.1",
        MINISTACK_REGION=runtime.REGION,
        MINISTACK_TEST_NO_AUTOSTART="1",  # no real-time tickers: the clock fires everything
        SFTP_ENABLED="0",
    )


def module(name: str) -> ModuleType:
    """Import a module of MiniStack, e.g. `services.sqs`."""
    return importlib.import_module(f"ministack.{name}")


def find(module_name: str, name: str) -> Any:
    """Return a name of a MiniStack module; raises EmulatorError."""
    try:
        return getattr(module(module_name), name)
    except (AttributeError, ImportError):
        installed = version("ministack")
        message = f"MiniStack {installed} has no {module_name}.{name}; see requirements.lock"
        raise EmulatorError(message) from None


def loaded_services() -> dict[str, dict[str, Any]]:
    """Return the names in each module of MiniStack's services that was imported, by service.

    They are copies: a thread may be importing one, which defines further names.
    """
    prefix = "ministack.services."
    return {
        name.removeprefix(prefix): vars(loaded).copy()
        for name, loaded in list(sys.modules.items())
        if name.startswith(prefix)
    }


class Hook:
    """A function or constant of MiniStack that the local AWS replaces or wraps."""

    def __init__(self, module_name: str, name: str, table: str = "", key: str = "") -> None:
        self._module, self._name, self.original = module_name, name, find(module_name, name)
        self._table = find(module_name, table) if table else {}
        self._key = key

    def replace(self, function: Any) -> None:
        """Let MiniStack use `function`, also through its table of operations."""
        setattr(module(self._module), self._name, function)
        if self._key:
            self._table[self._key] = function

    def current(self) -> Any:
        """Return the function that MiniStack calls now."""
        return find(self._module, self._name)

    def wrap(self, wrapper: Callable[[Any], Any]) -> None:
        """Replace the current function with `wrapper(current)`."""
        self.replace(wrapper(self.current()))
