"""`--approve-by-hand`: virtual time stops while an approval is pending."""

from cli.connection import Connection
from cli.queries.approvals import pending_approvals
from demo.display import display
from demo.server import Server


class Approvals:
    """Stops the clock while an approval is pending, and prints the command to approve once."""

    def __init__(self, server: Server, connection: Connection) -> None:
        self._server, self._connection = server, connection
        self._stopped = False
        self._printed: set[str] = set()

    def stop_while_pending(self) -> None:
        """Set or clear the clock's breakpoint, depending on the pending approvals."""
        pending = {
            f"model {approval['version']} for {approval['stage']}"
            for approval in pending_approvals(self._connection)
        }
        for approval in pending - self._printed:
            display.say(f"⑥ {approval} is pending approval; in another terminal:")
            display.say(
                f"     .venv/bin/evergreen approve --home {self._server.home}  (or: reject)"
            )
        self._printed |= pending
        if pending and not self._stopped:
            self._server.clock(stop_at=self._server.clock()["now"])
        elif self._stopped and not pending:
            self._server.clock(stop_at=None)
        self._stopped = bool(pending)
