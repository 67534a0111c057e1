"""One endpoint: its record, the fleet that serves, and the new fleet of an update."""

import re
from dataclasses import dataclass, field
from typing import Any

from local import runtime
from local.events import event_bus
from local.sagemaker import tags
from local.sagemaker.api import LOCK, Json
from local.sagemaker.hosting import capture
from local.sagemaker.hosting.fleet import Fleet, Instance, Variant
from local.turns import WeightedTurns

IN_PROGRESS = frozenset({"Creating", "Updating", "Deleting", "RollingBack"})
IN_EVENT = ("EndpointName", "EndpointArn", "EndpointConfigName", "FailureReason")
OF_ONE_FLEET = (
    *("DataCaptureConfig", "FailureReason", "PendingDeploymentSummary"),
    "ShadowProductionVariants",
)
STATE_CHANGE = "SageMaker Endpoint State Change"
DEPLOYMENT_CHANGE = "SageMaker Endpoint Deployment State Change"


@dataclass(slots=True)
class Endpoint:
    """The response of DescribeEndpoint, the configuration, and the processes.

    The record of an update in progress has a PendingDeploymentSummary.
    """

    record: Json
    config: Json
    fleet: Fleet | None = None
    new_fleet: Fleet | None = None
    new_share: float = 0.0  # of requests that go to the new fleet
    deployment: Json = field(default_factory=dict)  # the newest DeploymentConfig
    update: Json | None = None  # the request of an update in progress
    _turns: WeightedTurns = field(default_factory=WeightedTurns)

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return str(self.record["EndpointName"])

    @property
    def status(self) -> str:
        """The endpoint's status."""
        return str(self.record["EndpointStatus"])

    def set_status(self, status: str, **changes: Any) -> None:
        """Change status and record, and send the event."""
        with LOCK:
            self.record |= changes | {
                "EndpointStatus": status,
                "LastModifiedTime": runtime.clock.now(),
            }
            self._emit(STATE_CHANGE)

    def set_pending(self, new_fleet: Fleet | None, phase: str, message: str) -> None:
        """Describe the new fleet of an update with guardrails, and send the event."""
        now = runtime.clock.now()
        progress = {"Status": phase, "StatusMessage": message, "StartTime": now}
        with LOCK:
            summary = self.record["PendingDeploymentSummary"]
            variants = new_fleet.summaries() if new_fleet else []
            summary["ProductionVariants"] = [
                variant | {"VariantStatus": [progress]} for variant in variants
            ]
            if self.deployment:
                self._emit(DEPLOYMENT_CHANGE)

    def serve(self, fleet: Fleet, config: Json, status: str = "InService", **changes: Any) -> None:
        """Let a fleet answer all requests; nothing is pending any more."""
        with LOCK:
            self.config, self.fleet, self.update = config, fleet, None
            self.new_fleet, self.new_share = None, 0.0
            for name in OF_ONE_FLEET:
                self.record.pop(name, None)
            self.set_status(
                status,
                EndpointConfigName=config["EndpointConfigName"],
                **self.variants(),
                **capture.summary(config),
                **changes,
            )

    def variants(self) -> Json:
        """Return the fields of the record that describe the variants of the serving fleet."""
        if self.fleet is None:
            return {}
        shadow = self.fleet.summaries("shadow")
        found: Json = {"ProductionVariants": self.fleet.summaries()}
        return found | ({"ShadowProductionVariants": shadow} if shadow else {})

    def route(self, target: str | None) -> tuple[Fleet, Variant, Instance]:
        """Return who answers the next request; raises ApiError for an unknown variant.

        The instance is not stopped before it is released.
        """
        with LOCK:
            fleet = self.fleet
            if self.new_fleet is not None and self.new_share > 0:
                shares = {"new": self.new_share, "old": 1 - self.new_share}
                fleet = self.new_fleet if self._turns.next(shares) == "new" else fleet
            assert fleet is not None  # noqa: S101 - the status says so
            variant = fleet.next_variant(target)
            return fleet, variant, variant.acquire()

    def _emit(self, detail_type: str) -> None:
        detail = {key: self.record.get(key) for key in IN_EVENT}
        detail |= {
            "ProductionVariants": self.record.get("ProductionVariants", []),
            "EndpointStatus": re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.status).upper(),
            "CreationTime": int(self.record["CreationTime"] * 1000),
            "LastModifiedTime": int(self.record["LastModifiedTime"] * 1000),
            "Tags": tags.get(self.record["EndpointArn"]),
        }
        if detail_type == DEPLOYMENT_CHANGE:
            detail["PendingDeploymentSummary"] = _in_milliseconds(
                self.record["PendingDeploymentSummary"]
            )
        event_bus.emit("aws.sagemaker", detail_type, detail, [self.record["EndpointArn"]])


def _in_milliseconds(value: Any) -> Any:
    """Return a summary with its times in milliseconds, as in events."""
    if isinstance(value, list):
        return [_in_milliseconds(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: int(item * 1000) if key == "StartTime" else _in_milliseconds(item)
        for key, item in value.items()
    }
