"""How an update shifts traffic: the steps of a DeploymentConfig, and what SageMaker refuses. Pure.

The limits are those of the API reference (DeploymentConfig) and of "Deployment guardrails" in
SageMaker's developer guide.
"""

from dataclasses import dataclass
from math import ceil

from local.sagemaker.api import Json

MAX_CANARY_SHARE = 0.5
LINEAR_SHARES = (0.1, 0.5)
DEFAULT_TIMEOUT_SECONDS = 14_400


class RolloutError(ValueError):
    """SageMaker refuses the DeploymentConfig."""


@dataclass(frozen=True, slots=True)
class Step:
    """The share of the requests that go to the new fleet, and how long alarms are watched then."""

    share: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """The steps of an update, and the alarms that roll it back."""

    steps: tuple[Step, ...]
    alarms: tuple[str, ...]
    timeout_seconds: int


AT_ONCE = Rollout((Step(1.0, 0),), (), DEFAULT_TIMEOUT_SECONDS)


def parse(config: Json | None, instances: int) -> Rollout:
    """Return the rollout to a new fleet with this number of instances; raises RolloutError."""
    if not config:
        return AT_ONCE
    if "RollingUpdatePolicy" in config:
        raise RolloutError("RollingUpdatePolicy is not part of the local AWS")
    policy = config.get("BlueGreenUpdatePolicy") or {}
    routing = policy.get("TrafficRoutingConfiguration") or {"Type": "ALL_AT_ONCE"}
    termination = policy.get("TerminationWaitInSeconds", 0)
    steps = (*_shifts(routing, instances), Step(1.0, termination))
    waits = sum(step.seconds for step in steps)
    timeout = policy.get("MaximumExecutionTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS)
    if timeout <= waits:
        raise RolloutError(
            f"MaximumExecutionTimeoutInSeconds: got {timeout}, expected more than all waits "
            f"together, {waits}"
        )
    named = (config.get("AutoRollbackConfiguration") or {}).get("Alarms") or []
    return Rollout(steps, tuple(alarm["AlarmName"] for alarm in named), timeout)


def _shifts(routing: Json, instances: int) -> list[Step]:
    """Return the steps before all requests go to the new fleet."""
    kind, seconds = routing["Type"], routing.get("WaitIntervalInSeconds", 0)
    if kind == "ALL_AT_ONCE":
        return []
    field = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}[kind]
    if field not in routing:
        raise RolloutError(f"{field}: got none, expected a size for traffic routing {kind}")
    share = _share(routing[field], instances, field)
    if kind == "CANARY":
        if share > MAX_CANARY_SHARE:
            raise RolloutError(f"CanarySize: got {share:.0%} of the new fleet, expected up to 50%")
        return [Step(share, seconds)]
    low, high = LINEAR_SHARES
    if not low <= share <= high:
        raise RolloutError(
            f"LinearStepSize: got {share:.0%} of the new fleet, expected 10% to 50%"
        )
    count = ceil(1 / share - 1e-9)
    return [Step(min(share * number, 1.0), seconds) for number in range(1, count)]


def _share(size: Json, instances: int, field: str) -> float:
    """Return a size as a share of the new fleet; it must be at least one instance."""
    value = int(size["Value"])
    if size["Type"] == "INSTANCE_COUNT":
        return value / instances
    if value * instances < 100:
        raise RolloutError(
            f"{field}: got {value}% of {instances} instances, expected at least one instance"
        )
    return value / 100
