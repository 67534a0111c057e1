"""What stopping or starting an endpoint needs next. Pure."""

from enum import StrEnum
from typing import Any

SETTLED = {"InService", "Failed", "OutOfService", "UpdateRollbackFailed"}


class Step(StrEnum):
    """The next step."""

    CREATE = "create"
    DELETE = "delete"
    NOTHING = "nothing"
    WAIT = "wait"  # the endpoint is busy


def stop(endpoint: dict[str, Any] | None) -> Step:
    """Return the step that stops an endpoint (DescribeEndpoint's response, None: none)."""
    if endpoint is None or endpoint["EndpointStatus"] == "Deleting":
        return Step.NOTHING
    return Step.DELETE if endpoint["EndpointStatus"] in SETTLED else Step.WAIT


def start(endpoint: dict[str, Any] | None, served: str | None) -> Step:
    """Return the step that starts it with the configuration that it served before, if any."""
    if served is None:
        return Step.NOTHING  # it was not stopped
    if endpoint is None:
        return Step.CREATE
    return Step.WAIT if endpoint["EndpointStatus"] == "Deleting" else Step.NOTHING
