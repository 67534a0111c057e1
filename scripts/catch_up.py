"""The wait of `make up` until the simulated stream has reached the present time."""

import time
from typing import Any

from cli.connection import connect_local, renewed
from cli.errors import EXPECTED
from cli.queries.online_rows import freshness
from cli.queries.pause import pause_state

BEHIND_MINUTES = 2  # the newest complete minute, and a poll later
DEADLINE_SECONDS = 300
POLL_SECONDS = 1.0


def wait(url: str, prefix: str) -> bool:
    """Wait until a row of the present exists; return whether it does in time.

    A paused loop has none.
    """
    connection = connect_local(url, prefix)
    if pause_state(connection):
        return False
    print("waiting until the poller has caught up with the simulated stream", flush=True)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if _is_current(freshness_of(connection)):
            return True
        time.sleep(POLL_SECONDS)
    print("it has not caught up yet: see .evergreen/up/logs, and ③ of `evergreen status`")
    return False


def freshness_of(connection: Any) -> dict[str, Any] | None:
    """Return what is known of the last hour; None while it cannot be read."""
    try:
        return freshness(renewed(connection))
    except EXPECTED:  # the services have just started
        return None


def _is_current(row: dict[str, Any] | None) -> bool:
    age = row["age_minutes"] if row else None
    return age is not None and age <= BEHIND_MINUTES
