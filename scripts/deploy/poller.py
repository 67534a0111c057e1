"""Wait until the poller runs and its first transactions were published."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.deploy.runner import DeployError

RECENT = timedelta(minutes=15)
MINUTE = 60


class WaitForPoller:
    """Done when the service is steady and the metric of published transactions has values."""

    title = "the poller runs and publishes"

    def __init__(
        self,
        clients: Callable[[str], Any],
        prefix: str,
        *,
        count: int,
        timeout_minutes: float = 15,
        poll_seconds: float = 10,
    ) -> None:
        self._ecs, self._cloudwatch = clients("ecs"), clients("cloudwatch")
        self._name, self._namespace = f"{prefix}-poller", f"Evergreen/{prefix}"
        self._count, self._timeout, self._seconds = count, timeout_minutes, poll_seconds

    def is_done(self) -> bool:
        """Return whether it runs already, or is not meant to run."""
        return self._count == 0 or (self._is_steady(self._service()) and self._has_published())

    def run(self) -> None:
        """Wait; a deployment that ECS gave up, as without an image, is started again."""
        if self._rollout(self._service()) == "FAILED":
            print("ECS gave up starting the poller: starting it again", flush=True)
            self._ecs.update_service(
                cluster=self._name, service=self._name, forceNewDeployment=True
            )
        deadline = time.monotonic() + self._timeout * MINUTE
        said = ""
        while True:
            service = self._service()
            steady = self._is_steady(service)
            state = (
                "it runs; waiting for the first transactions"
                if steady
                else f"tasks: {service['runningCount']} of {service['desiredCount']} running"
            )
            if state != said:
                print(f"  {state}", flush=True)
                said = state
            if steady and self._has_published():
                return
            if self._rollout(service) == "FAILED":
                raise DeployError(f"ECS gave up starting the poller: {self._reason(service)}")
            if time.monotonic() > deadline:
                raise DeployError(
                    f"after {self._timeout:g} minutes: {state}. {self._reason(service)}\n"
                    f"The log group /ecs/{self._name} has the poller's messages; "
                    "`make deploy` continues waiting"
                )
            time.sleep(self._seconds)

    def _service(self) -> dict[str, Any]:
        found = self._ecs.describe_services(cluster=self._name, services=[self._name])
        if not found["services"]:
            raise DeployError(f"ECS service {self._name} does not exist")
        service: dict[str, Any] = found["services"][0]
        return service

    def _is_steady(self, service: dict[str, Any]) -> bool:
        running: int = service["runningCount"]
        deployments = len(service["deployments"])
        return (
            self._rollout(service) == "COMPLETED" and running >= self._count and deployments == 1
        )

    def _has_published(self) -> bool:
        """Return whether the newest metrics count published transactions.

        Their time is that of the events, which is in the past while the poller catches up.
        """
        now = datetime.now(UTC)
        found = self._cloudwatch.get_metric_statistics(
            Namespace=self._namespace,
            MetricName="TransactionsPublished",
            StartTime=now - timedelta(days=1),
            EndTime=now + RECENT,
            Period=300,
            Statistics=["Sum"],
        )
        return any(point["Sum"] > 0 for point in found["Datapoints"])

    def _reason(self, service: dict[str, Any]) -> str:
        """Return why the last task stopped, or the service's last message."""
        stopped = self._ecs.list_tasks(
            cluster=self._name, serviceName=self._name, desiredStatus="STOPPED"
        )["taskArns"]
        if stopped:
            tasks = self._ecs.describe_tasks(cluster=self._name, tasks=stopped)["tasks"]
            reasons = [task["stoppedReason"] for task in tasks if task.get("stoppedReason")]
            if reasons:
                return f"Last task: {reasons[-1]}"
        events = service.get("events") or [{"message": "ECS has no message"}]
        return str(events[0]["message"])

    @staticmethod
    def _rollout(service: dict[str, Any]) -> str:
        primary = [one for one in service["deployments"] if one["status"] == "PRIMARY"]
        return str(primary[0].get("rolloutState", "")) if primary else ""
