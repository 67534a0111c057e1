"""Fault injection: the next matching requests get a delay, an error response, or both.

An error `after` the request took effect is a lost response: a retry repeats the request.
"""

import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

from local.http_messages import Response, error

MESSAGE = "injected fault"


@dataclass(slots=True)
class Fault:
    """A fault of the next `times` requests to a service whose operation matches a pattern.

    The operation is as in the server's log: `AWSEvents.PutEvents`, or method and path.
    """

    service: str
    operation: str = ""
    status: int | None = None  # None: delay only
    after: bool = False
    seconds: float = 0.0
    times: int = 1

    def matches(self, service: str, operation: str) -> bool:
        """Return whether the fault is pending and applies to such a request."""
        pending = self.times > 0 and service == self.service
        return pending and re.search(self.operation, operation) is not None


_lock = threading.Lock()
_faults: list[Fault] = []


def replace(faults: list[dict[str, Any]]) -> None:
    """Replace all faults; raises TypeError or re.error for an invalid one."""
    replacements = [Fault(**fields) for fields in faults]
    for fault in replacements:
        re.compile(fault.operation)
    with _lock:
        _faults[:] = replacements


def pending() -> list[dict[str, Any]]:
    """Return the faults; `times` is the number of requests that each still applies to."""
    with _lock:
        return [asdict(fault) for fault in _faults]


def take(service: str, operation: str) -> Fault | None:
    """Return the first fault that applies to a request and count it down."""
    with _lock:
        fault = next((fault for fault in _faults if fault.matches(service, operation)), None)
        if fault:
            fault.times -= 1
        return fault


def response(service: str, status: int) -> Response:
    """Return an error response in the format of the service."""
    code = "SlowDown" if status == 503 else "InternalError"
    if service != "s3":
        return error(code, MESSAGE, status)
    body = f"<Error><Code>{code}</Code><Message>{MESSAGE}</Message></Error>"
    return Response(status, {"content-type": "application/xml"}, body.encode())
