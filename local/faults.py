"""Fault injection: the next matching requests get a delay, an error response, or both.

An error `after` the request took effect is a lost response: a retry repeats the request. A `kill`
ends the process that sent the request, before the request takes effect.
"""

import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from local.http_messages import Response, error

MESSAGE = "injected fault"


@dataclass(slots=True)
class Fault:
    """A fault of the next `times` requests to a service, or by a caller, after `skip` others.

    The pattern of the operation is searched in the operation as in the server's log:
    `AWSEvents.PutEvents`, or method and path. `caller` is the name of a role, `action` the IAM
    action of a request, e.g. `s3:PutObject`. With `each_action`, `skip` and `times` count for each
    action separately, and `seen` has the requests so far.
    """

    service: str = ""
    operation: str = ""
    caller: str = ""
    action: str = ""
    skip: int = 0
    kill: bool = False
    status: int | None = None  # None: delay only
    after: bool = False
    seconds: float = 0.0
    times: int = 1
    each_action: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    def applies(self, action: str) -> bool:
        """Count a matching request; return whether the fault applies to it."""
        if self.each_action:
            number = self.seen.get(action, 0)
            self.seen[action] = number + 1
            return self.skip <= number < self.skip + self.times
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True

    def matches(self, request: "Faulty") -> bool:
        """Return whether the fault is pending and applies to such a request."""
        return (
            self.times > 0
            and self.service in {"", request.service}
            and self.caller in {"", request.caller}
            and self.action in {"", request.action}
            and re.search(self.operation, request.operation) is not None
        )


@dataclass(frozen=True, slots=True)
class Faulty:
    """What faults know of a request; caller and action are empty for the administrator."""

    service: str
    operation: str
    caller: str = ""
    action: str = ""


_lock = threading.Lock()
_faults: list[Fault] = []


def replace(faults: list[dict[str, Any]]) -> None:
    """Replace all faults; raises TypeError or re.error for an invalid one."""
    replacements = [Fault(**fields) for fields in faults]
    for fault in replacements:
        re.compile(fault.operation)
        if not (fault.service or fault.caller or fault.action):
            raise TypeError("a fault needs a service, a caller or an action")
    with _lock:
        _faults[:] = replacements


def pending() -> list[dict[str, Any]]:
    """Return the faults; `times` is the number of requests that each still applies to."""
    with _lock:
        return [asdict(fault) for fault in _faults]


def by_caller() -> bool:
    """Return whether a fault depends on who calls."""
    return any(fault.caller or fault.action for fault in _faults)


def take(request: Faulty) -> Fault | None:
    """Return the first fault that applies to a request and count it down."""
    with _lock:
        matching = (fault for fault in _faults if fault.matches(request))
        return next((fault for fault in matching if fault.applies(request.action)), None)


def response(service: str, status: int, message: str = MESSAGE) -> Response:
    """Return an error response in the format of the service; 503 is a throttle."""
    if service != "s3":
        if status == 503:
            return error("ThrottlingException", message, 400)
        return error("InternalError", message, status)
    code = "SlowDown" if status == 503 else "InternalError"
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(status, {"content-type": "application/xml"}, body.encode())
