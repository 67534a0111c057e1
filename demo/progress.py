"""What a person sees while the loop turns: one line that moves, and a line for each decision."""

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cli import reads
from demo.server import Server

EVERY_SECONDS = 15.0  # between lines, where a line cannot be moved
LOOK_SECONDS = 2.0
DECISIONS = {
    "Model Deployed": "⑥",
    "Deployment Failed": "⑥",
    "Retraining Started": "⑧",
    "Retraining Skipped": "⑧",
}
TOLD = ("stage", "reason", "error", "cause")
CROSSED = (
    ": Threshold Crossed"  # how CloudWatch goes on after an alarm's name, with all its values
)


def say(text: str) -> None:
    """Print one lasting line."""
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    print(text, flush=True)


class Progress:
    """Looks at the AWS APIs every other second and shows stage, virtual time and counts."""

    def __init__(self, server: Server, outputs: dict[str, Any], since: int) -> None:
        self._server, self._outputs = server, outputs
        self._prefix = outputs["prefix"]
        self._since = datetime.fromtimestamp(since, UTC)
        self._seen: set[str] = set()
        self._alarm = ""
        self._looked = self._printed = 0.0
        self.started = time.monotonic()

    def show(self, *, now: str) -> None:
        """Bring the display up to date, if it is time to; `now` is virtual."""
        moment = time.monotonic()
        if moment - self._looked < LOOK_SECONDS:
            return
        self._looked = moment
        self._decisions()
        self._alarms(now)
        every = 0.0 if sys.stdout.isatty() else EVERY_SECONDS
        if moment - self._printed < every:
            return
        self._printed = moment
        polled, readings = self._sum("TransactionsPolled"), self._readings()
        line = (
            f"{self._stage(readings)} · {now[:10]} {now[11:16]} · {polled:,} transactions · "
            f"{readings} readings · {moment - self.started:.0f} s"
        )
        if sys.stdout.isatty():
            print(f"\r\033[K{line}", end="", flush=True)
        else:
            print(line, flush=True)

    def _stage(self, readings: int) -> str:
        executions = self._server.client("sagemaker").list_pipeline_executions(
            PipelineName=self._outputs["pipeline_name"], MaxResults=1
        )["PipelineExecutionSummaries"]
        if executions and executions[0]["PipelineExecutionStatus"] == "Executing":
            return "④ train"
        running = self._server.client("stepfunctions").list_executions(
            stateMachineArn=self._outputs["state_machine_arn"], statusFilter="RUNNING"
        )["executions"]
        if running:
            return "⑥ deploy"
        return "①–③, ⑦ monitor" if readings else "①–③ ingest"

    def _decisions(self) -> None:
        for decision in reads.decisions(self._server.client, self._prefix):
            if decision["id"] in self._seen:
                continue
            self._seen.add(decision["id"])
            kind, detail, at = decision["detail-type"], decision["detail"], decision["time"]
            told = [str(detail[name]).partition(CROSSED)[0] for name in TOLD if detail.get(name)]
            if version := detail.get("package_version"):
                told.insert(0, f"model {version}")
            about = ", ".join(told)
            say(f"{DECISIONS.get(kind, '·')} {at[:10]} {at[11:16]}  {kind}: {about}")

    def _alarms(self, now: str) -> None:
        alarms = self._server.client("cloudwatch").describe_alarms(
            AlarmNames=[self._outputs["loss_alarm_name"]]
        )["MetricAlarms"]
        state = str(alarms[0]["StateValue"]) if alarms else ""
        if state != self._alarm and state == "ALARM":
            say(f"⑦ {now[:10]} {now[11:16]}  alarm: production is worse than its threshold")
        elif self._alarm == "ALARM" != state:
            say(f"⑦ {now[:10]} {now[11:16]}  the alarm is over: production is good again")
        self._alarm = state

    def _sum(self, metric: str) -> int:
        return int(sum(point["Sum"] for point in self._points(metric, "Sum", [])))

    def _readings(self) -> int:
        stage = [{"Name": "Stage", "Value": "production"}]
        points = self._points("MeanQuantileLoss", "SampleCount", stage)
        return int(sum(point["SampleCount"] for point in points))

    def _points(self, metric: str, statistic: str, dimensions: list[Any]) -> list[dict[str, Any]]:
        answer: dict[str, Any] = self._server.client("cloudwatch").get_metric_statistics(
            Namespace=f"Evergreen/{self._prefix}",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=self._since,
            EndTime=datetime.now(UTC) + timedelta(days=2),
            Period=86_400,
            Statistics=[statistic],
        )
        return list(answer["Datapoints"])
