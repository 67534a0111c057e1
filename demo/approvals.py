"""`--approve-by-hand`: virtual time stands still while a model waits for a person."""

from cli.reads import approvals
from demo.progress import say
from demo.server import Server


class Approvals:
    """Holds the clock while an approval is pending, and says once what to type."""

    def __init__(self, server: Server, prefix: str) -> None:
        self._server, self._prefix = server, prefix
        self._holding = False
        self._told: set[str] = set()

    def hold_while_waiting(self) -> None:
        """Set or lift the breakpoint by what is pending now."""
        pending = self._pending()
        for one in pending - self._told:
            say(f"⑥ {one} waits for you; in another terminal:")
            say(f"     .venv/bin/evergreen approve --home {self._server.home}   (or: reject)")
        self._told |= pending
        if pending and not self._holding:
            self._server.clock(stop_at=self._server.clock()["now"])
        elif self._holding and not pending:
            self._server.clock(stop_at=None)
        self._holding = bool(pending)

    def _pending(self) -> set[str]:
        return {
            f"model {one['version']} for {one['stage']}"
            for one in approvals.pending(self._server.client, self._prefix)
        }
