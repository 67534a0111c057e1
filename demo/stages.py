"""The loop, pushed only where a person would push it: one poller task, the first training."""

import json
import time
from typing import Any

from demo.approvals import Approvals
from demo.progress import Progress, say
from demo.server import Server
from demo.stream import HOUR, Stream, epoch, iso

ATTEMPTS = 3  # at a first model, when the history has gaps
ATTEMPT_HOURS = 2
TAIL_HOURS = 1.2  # after the stream, so that the last minutes are measured
LOOK_SECONDS = 0.5


class StageError(Exception):
    """A stage did not do its part; the text is for the user."""


class Loop:
    """One turn of the loop on a server with everything applied."""

    def __init__(
        self, server: Server, stream: Stream, last: int, outputs: dict[str, Any], *, by_hand: bool
    ) -> None:
        """Take Terraform's outputs and `last`, the stream's largest time (epoch seconds)."""
        self.server, self.stream, self.last, self.outputs = server, stream, last, outputs
        self.shortcomings: list[str] = []  # for the end, in sentences
        self._progress = Progress(server, outputs, stream.clock_start)
        self._approvals = Approvals(server, outputs["prefix"]) if by_hand else None
        self._training_at = stream.first_training(last)
        self._attempts = 0

    def turn(self) -> None:
        """Stream everything through the loop and let the last consequences happen."""
        self._break_at(self._training_at)
        task = self._start_poller()
        while (ended := self._task(task))["lastStatus"] != "STOPPED":
            self._look()
            time.sleep(LOOK_SECONDS)
        code = ended["containers"][0].get("exitCode")
        if code != 0:
            why = ended.get("stoppedReason", "")
            raise StageError(f"① the poller ended with exit code {code} ({why}): see its log")
        self._training_if_reached(final=True)
        self._run_on(self.last + TAIL_HOURS * HOUR)

    def _look(self) -> None:
        clock = self.server.clock()
        self._progress.show(now=clock["now"])
        if self._approvals and self._training_at is None:
            self._approvals.hold_while_waiting()
        if clock["holding"] and not clock["in_flight"]:
            self._training_if_reached()

    def _training_if_reached(self, *, final: bool = False) -> None:
        """Ask for the first model once the stream has come that far, and again if it failed."""
        at = self._training_at
        now = epoch(self.server.clock()["now"])
        if at is None or (now < at and not final):
            return
        failure = self._train()
        self._attempts += 1
        if failure is None:
            self._training_at = None
        elif self._attempts < ATTEMPTS and now + ATTEMPT_HOURS * HOUR < self.last:
            say(f"④ no model yet: {failure}")
            self._training_at = int(now + ATTEMPT_HOURS * HOUR)
        else:
            self._training_at = None
            self.shortcomings.append(f"④ the first training gave no model: {failure}")
        self._break_at(self._training_at)

    def _train(self) -> str | None:
        """Ask for a training as `evergreen retrain` does -> why it failed, None if it did not."""
        clock = self._settled()
        reason = "first model" if self._attempts == 0 else f"first model, again {self._attempts}"
        event = {
            "id": f"demo-{self._attempts}-{clock['now']}",
            "source": "evergreen.cli",
            "detail-type": "Retrain Requested",
            "time": clock["now"],
            "detail": {"reason": reason},
        }
        answer = self.server.client("lambda").invoke(
            FunctionName=self.outputs["retrain_function_name"], Payload=json.dumps(event).encode()
        )
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer or not result.get("started"):
            return f"⑧ retrain_trigger answered {json.dumps(result)[:300]}"
        self._settled()
        execution = self.server.client("sagemaker").describe_pipeline_execution(
            PipelineExecutionArn=result["execution_arn"]
        )
        if execution["PipelineExecutionStatus"] == "Succeeded":
            return None
        return str(execution.get("FailureReason", execution["PipelineExecutionStatus"]))

    def _break_at(self, when: float | None) -> None:
        self.server.clock(stop_at=None if when is None else iso(when))

    def _settled(self) -> dict[str, Any]:
        """Wait, and show, until nothing is in flight -> the clock."""
        while (clock := self.server.clock())["in_flight"]:
            self._progress.show(now=clock["now"])
            time.sleep(LOOK_SECONDS)
        return clock

    def _run_on(self, end: float) -> None:
        """Let time pass after the stream, in steps, so that a person can still approve."""
        now = epoch(self.server.clock()["now"])
        while now < end:
            clock = self._settled()
            self._progress.show(now=clock["now"])
            if self._approvals:
                self._approvals.hold_while_waiting()
            clock = self.server.clock(advance_to=iso(min(end, now + 300)))
            now = epoch(clock["now"])
            if clock["holding"]:
                time.sleep(LOOK_SECONDS)
        self.server.settle()

    def _start_poller(self) -> str:
        poller, network = self.outputs["poller"], self.outputs["network"]
        override = [{"name": n, "value": v} for n, v in self.stream.environment.items()]
        answer = self.server.client("ecs").run_task(
            cluster=poller["cluster"],
            taskDefinition=poller["task_definition"],
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": network["subnet_ids"],
                    "securityGroups": network["security_group_ids"],
                    "assignPublicIp": "ENABLED" if network["assign_public_ip"] else "DISABLED",
                }
            },
            overrides={"containerOverrides": [{"name": "poller", "environment": override}]},
        )
        return str(answer["tasks"][0]["taskArn"])

    def _task(self, arn: str) -> dict[str, Any]:
        cluster = self.outputs["poller"]["cluster"]
        answer = self.server.client("ecs").describe_tasks(cluster=cluster, tasks=[arn])
        task: dict[str, Any] = answer["tasks"][0]
        return task
