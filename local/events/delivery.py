"""One EventBridge event on its way to one target, and why the target did not accept it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local import peers
from local.iam import deliveries
from local.iam.policies import Check


class TargetError(Exception):
    """The target did not accept the event; `code` is EventBridge's ERROR_CODE.

    EventBridge retries what is temporary.
    """

    def __init__(self, code: str, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.code, self.temporary = code, temporary


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one target of one rule; `payload` is the target's input as JSON.

    `accepted` is the time of the first attempt in epoch seconds.
    """

    target: dict[str, Any]
    rule: dict[str, Any]
    event: dict[str, Any]
    payload: str
    accepted: float

    @property
    def other_account(self) -> str | None:
        """The other account that has the target, None if it is ours."""
        return peers.of_arn(self.target["Arn"])


def require_role(
    delivery: Delivery, action: str, context: Mapping[str, str] | None = None
) -> None:
    """Require that the target's role may perform an action on the target."""
    target = delivery.target
    if not (role := target.get("RoleArn")):
        raise TargetError("NO_PERMISSIONS", f"the target {target['Arn']} has no role")
    deliveries.as_role(role, "events", "EventBridge", Check(action, target["Arn"], context or {}))
