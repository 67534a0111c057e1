"""What an endpoint's state means for the version it is to serve. Pure."""

from enum import StrEnum
from typing import Any

Description = dict[str, Any] | None  # DescribeEndpoint's answer; None: no such endpoint

BROKEN = {"Deleting", "Failed", "OutOfService", "UpdateRollbackFailed"}


class Step(StrEnum):
    """What brings an endpoint closer to a version."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"  # delete, then create
    NOTHING = "nothing"  # it serves the version, or is on its way
    WAIT = "wait"


def step(endpoint: Description, config: str) -> Step:
    """Choose the next step towards this configuration."""
    if endpoint is None:
        return Step.CREATE
    status = endpoint["EndpointStatus"]
    if status == "Failed":
        return Step.REPLACE  # SageMaker lets a failed endpoint be deleted, nothing else
    if status not in BROKEN and _target(endpoint) == config:
        return Step.NOTHING
    if status in {"InService", "OutOfService", "UpdateRollbackFailed"}:
        return Step.UPDATE
    return Step.WAIT


def report(endpoint: Description, config: str) -> dict[str, str]:
    """Say how far the endpoint is: `InService` only when it serves this configuration."""
    if endpoint is None:
        return _failed("the endpoint does not exist")
    status = endpoint["EndpointStatus"]
    why = endpoint.get("FailureReason") or "SageMaker gives no reason"
    if status in BROKEN:
        return _failed(f"the endpoint is {status}: {why}")
    if status == "InService" and endpoint["EndpointConfigName"] != config:
        # A failed update ends in service, with what was there before.
        return _failed(f"it serves {endpoint['EndpointConfigName']}, not {config}: {why}")
    return {"status": status, "failure_reason": ""}


def _target(endpoint: dict[str, Any]) -> str | None:
    """Name the configuration that the endpoint serves, or will after the change under way."""
    pending = endpoint.get("PendingDeploymentSummary") or {}
    return pending.get("EndpointConfigName") or endpoint.get("EndpointConfigName")


def _failed(reason: str) -> dict[str, str]:
    return {"status": "Failed", "failure_reason": reason}
