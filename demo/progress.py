"""Progress of the loop, read from the AWS APIs: stage, virtual time, counts, decisions."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.connection import Connection
from cli.queries.decisions import decisions
from common.decisions import (
    BAKE_CHECKED,
    DEPLOYMENT_FAILED,
    DRIFT_DETECTED,
    MODEL_DEPLOYED,
    RETRAINING_SKIPPED,
    RETRAINING_STARTED,
    TOURNAMENT_DECIDED,
    TRAINING_DATA_REJECTED,
    TRAINING_FAILED,
    VARIANTS_CHANGED,
)
from common.training_workflow.execution import EXECUTING
from demo.display import display

POLL_INTERVAL = 2.0  # seconds
SIGNS = {
    TOURNAMENT_DECIDED: "④",
    TRAINING_DATA_REJECTED: "④",
    TRAINING_FAILED: "④",
    MODEL_DEPLOYED: "⑥",
    DEPLOYMENT_FAILED: "⑥",
    VARIANTS_CHANGED: "⑥",
    BAKE_CHECKED: "⑦",
    DRIFT_DETECTED: "⑦",
    RETRAINING_STARTED: "⑧",
    RETRAINING_SKIPPED: "⑧",
}
DETAILS = ("stage", "verdict", "reason", "next", "error", "cause")
CROSSED = ": Threshold Crossed"  # in CloudWatch's reason, followed by all datapoints


class Progress:
    """Reads and displays the state of the loop every two seconds."""

    def __init__(self, connection: Connection, since: int) -> None:
        self._connection = connection
        self._since = datetime.fromtimestamp(since, UTC)
        self._seen: set[str] = set()
        self._alarm = ""
        self._read = 0.0
        self.started = time.monotonic()

    def show(self, *, now: str) -> None:
        """Update the display, at most every two seconds; `now` is the virtual time."""
        seconds = time.monotonic()
        if seconds - self._read < POLL_INTERVAL:
            return
        self._read = seconds
        self._show_decisions()
        self._show_alarm(now)
        polled, results = self._sum("TransactionsPolled"), self._results()
        line = (
            f"{_short(now)} · {polled:,} transactions · {results} monitoring results · "
            f"{seconds - self.started:.0f} s"
        )
        display.show(self._stages(results), line)

    def _stages(self, results: int) -> str:
        connection = self._connection
        newest = next(connection.workflow.listed(maximum=1), None)
        if newest and newest.status == EXECUTING:
            return "④"
        running = connection.clients("stepfunctions").list_executions(
            stateMachineArn=connection.outputs.state_machine_arn, statusFilter="RUNNING"
        )["executions"]
        if running:
            return "⑥"
        return "①②③⑦" if results else "①②③"

    def _show_decisions(self) -> None:
        for decision in decisions(self._connection):
            if decision["id"] in self._seen:
                continue
            self._seen.add(decision["id"])
            kind, detail = decision["detail-type"], decision["detail"]
            parts = [str(detail[key]).partition(CROSSED)[0] for key in DETAILS if detail.get(key)]
            if contenders := detail.get("contenders"):
                parts.append(_contenders(contenders, detail["winner"]))
            if version := detail.get("package_version"):
                parts.insert(0, f"model {version}")
            sign, at = SIGNS.get(kind, "·"), _short(decision["time"])
            display.say(f"{sign} {at}  {kind}: {', '.join(parts)}")

    def _show_alarm(self, now: str) -> None:
        alarms = self._connection.clients("cloudwatch").describe_alarms(
            AlarmNames=[self._connection.outputs.loss_alarm_name]
        )["MetricAlarms"]
        state = str(alarms[0]["StateValue"]) if alarms else ""
        if state != self._alarm and state == "ALARM":
            display.say(
                f"⑦ {_short(now)}  in alarm: production's relative loss is above its threshold"
            )
        elif self._alarm == "ALARM" != state:
            display.say(
                f"⑦ {_short(now)}  alarm over: production's relative loss is below its threshold"
            )
        self._alarm = state

    def _sum(self, metric: str) -> int:
        return int(sum(point["Sum"] for point in self._points(metric, "Sum", [])))

    def _results(self) -> int:
        stage = [{"Name": "Stage", "Value": "production"}]
        points = self._points("MeanQuantileLoss", "SampleCount", stage)
        return int(sum(point["SampleCount"] for point in points))

    def _points(self, metric: str, statistic: str, dimensions: list[Any]) -> list[dict[str, Any]]:
        response: dict[str, Any] = self._connection.clients("cloudwatch").get_metric_statistics(
            Namespace=self._connection.outputs.metric_namespace,
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=self._since,
            EndTime=datetime.now(UTC) + timedelta(days=2),
            Period=86_400,
            Statistics=[statistic],
        )
        return list(response["Datapoints"])


def _contenders(wqls: dict[str, float], winner: str | None) -> str:
    """Return the mean wQL of each contender, best first; the winner has an arrow."""
    ordered = sorted(wqls.items(), key=lambda item: item[1])
    return " · ".join(f"{'→ ' * (name == winner)}{name} {wql:.3f}" for name, wql in ordered)


def _short(time: str) -> str:
    return f"{time[:10]} {time[11:16]}"
