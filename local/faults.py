"""Faults on request: the next requests that match are answered late, with an error, or both.

The client sees what it would see of AWS on a bad day. An error that comes `after` the request was
carried out is an answer that was lost: whoever tries again does it twice.
"""

import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

from local.http import Response, error

SLOW_DOWN = 503


@dataclass(slots=True)
class Fault:
    """What happens to `times` requests of a service whose operation matches a pattern.

    The operation is as in the server's log: `AWSEvents.PutEvents`, or method and path.
    """

    service: str
    operation: str = ""
    status: int | None = None  # None: it is answered as always
    after: bool = False
    seconds: float = 0.0
    times: int = 1

    def matches(self, service: str, operation: str) -> bool:
        """Whether the fault is still due and about such a request."""
        due = self.times > 0 and service == self.service
        return due and re.search(self.operation, operation) is not None


_lock = threading.Lock()
_faults: list[Fault] = []


def plan(wanted: list[dict[str, Any]]) -> None:
    """Replace all faults by these; raises TypeError or re.error for what is no fault."""
    found = [Fault(**one) for one in wanted]
    for fault in found:
        re.compile(fault.operation)
    with _lock:
        _faults[:] = found


def planned() -> list[dict[str, Any]]:
    """Return the faults, with how many times each is still due."""
    with _lock:
        return [asdict(fault) for fault in _faults]


def due(service: str, operation: str) -> Fault | None:
    """Take the first fault for a request, if there is one."""
    with _lock:
        fault = next((one for one in _faults if one.matches(service, operation)), None)
        if fault:
            fault.times -= 1
        return fault


def answer(service: str, status: int) -> Response:
    """Return an error in the service's own form."""
    code = "SlowDown" if status == SLOW_DOWN else "InternalError"
    if service != "s3":
        return error(code, "a fault that was asked for", status)
    body = f"<Error><Code>{code}</Code><Message>a fault that was asked for</Message></Error>"
    return Response(status, {"content-type": "application/xml"}, body.encode())
