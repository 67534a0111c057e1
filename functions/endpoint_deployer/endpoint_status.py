"""What an endpoint's status means for the version that it should serve. Pure."""

from enum import StrEnum
from typing import Any

from common import endpoints

Description = dict[str, Any] | None  # response of DescribeEndpoint; None: it does not exist

BROKEN = {"Deleting", "Failed", "OutOfService", "UpdateRollbackFailed"}


class EndpointNotReadyError(RuntimeError):
    """The endpoint is busy with another change; Step Functions retries."""


class Step(StrEnum):
    """The next step towards a version."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"  # delete, then create
    DELETE = "delete"
    NOTHING = "nothing"  # the endpoint is as wanted, or on its way there
    WAIT = "wait"


def next_step(endpoint: Description, config: str) -> Step:
    """Return the next step towards this endpoint configuration."""
    if endpoint is None:
        return Step.CREATE
    status = endpoint["EndpointStatus"]
    if status == "Failed":
        return Step.REPLACE  # a failed endpoint can only be deleted
    if status not in BROKEN and endpoints.target_config(endpoint) == config:
        return Step.NOTHING
    if status in {"InService", "OutOfService", "UpdateRollbackFailed"}:
        return Step.UPDATE
    return Step.WAIT


def deletion(endpoint: Description, config: str) -> Step:
    """Return the step to delete an endpoint that serves, or should serve, this configuration.

    One that another deployment uses meanwhile remains.
    """
    if endpoint is None or endpoint["EndpointStatus"] == "Deleting":
        return Step.NOTHING
    if endpoint["EndpointStatus"] == "Failed":
        return Step.DELETE
    if endpoints.target_config(endpoint) != config:
        return Step.NOTHING
    settled = endpoint["EndpointStatus"] in BROKEN | {"InService"}
    return Step.DELETE if settled else Step.WAIT


def report(endpoint: Description, config: str) -> dict[str, str]:
    """Return `{status, failure_reason}`; `InService` only if it serves this configuration."""
    if endpoint is None:
        return _failed("the endpoint does not exist")
    status = endpoint["EndpointStatus"]
    reason = endpoint.get("FailureReason") or "SageMaker reports no reason"
    if status in BROKEN:
        return _failed(f"the endpoint is {status}: {reason}")
    if status == "InService" and endpoint["EndpointConfigName"] != config:
        # After a failed update the endpoint is in service with its previous configuration.
        return _failed(f"it serves {endpoint['EndpointConfigName']}, not {config}: {reason}")
    return {"status": status, "failure_reason": ""}


def _failed(reason: str) -> dict[str, str]:
    return {"status": "Failed", "failure_reason": reason}
