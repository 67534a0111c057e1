"""One run of the loop; only the poller task and the first training are started explicitly."""

import time
from typing import Any

from cli.connection import Connection
from cli.errors import CommandError
from cli.training import request_training
from demo.approvals import Approvals
from demo.display import display
from demo.progress import Progress
from demo.server import Server
from demo.stream import HOUR, Stream, epoch, iso

MAX_ATTEMPTS = 3  # for the first training, whose history may have gaps
ATTEMPT_HOURS = 2
TAIL_HOURS = 1.2  # after the stream, so that the last minutes are monitored
POLL_INTERVAL = 0.5  # seconds


class StageError(Exception):
    """A stage failed; the message is for the user."""


class Loop:
    """One run of the loop on a server with everything applied."""

    def __init__(
        self,
        server: Server,
        connection: Connection,
        stream: Stream,
        last: int,
        network: dict[str, Any],
        *,
        by_hand: bool,
    ) -> None:
        """`last` is the stream's largest time (epoch seconds), `network` Terraform's output."""
        self.server, self.connection, self.network = server, connection, network
        self.stream, self.last = stream, last
        self.training_failure: str | None = None  # of the last attempt
        self._progress = Progress(connection, stream.clock_start)
        self._approvals = Approvals(server, connection) if by_hand else None
        self._training_at: int | None = stream.first_training(last)
        self._attempts = 0

    def run(self) -> None:
        """Run until the end of the stream, and until its last consequences are processed."""
        self._stop_clock_at(self._training_at)
        task = self._start_poller()
        while (ended := self._task(task))["lastStatus"] != "STOPPED":
            self._poll()
            time.sleep(POLL_INTERVAL)
        code = ended["containers"][0].get("exitCode")
        if code != 0:
            reason = ended.get("stoppedReason", "")
            raise StageError(f"① the poller ended with exit code {code} ({reason}): see its log")
        self._train_if_reached(final=True)
        self._run_on(self.last + TAIL_HOURS * HOUR)

    def _poll(self) -> None:
        clock = self.server.clock()
        self._progress.show(now=clock["now"])
        if self._approvals and self._training_at is None:
            self._approvals.stop_while_pending()
        if clock["holding"] and not clock["in_flight"]:
            self._train_if_reached()

    def _train_if_reached(self, *, final: bool = False) -> None:
        """Start the first training when it is due, and again later if it failed."""
        at = self._training_at
        now = epoch(self.server.clock()["now"])
        if at is None or (now < at and not final):
            return
        self.training_failure = self._train()
        self._attempts += 1
        again = self._attempts < MAX_ATTEMPTS and now + ATTEMPT_HOURS * HOUR < self.last
        if self.training_failure and again:
            display.say(f"④ no model yet: {self.training_failure}")
            self._training_at = int(now + ATTEMPT_HOURS * HOUR)
        else:
            self._training_at = None
        self._stop_clock_at(self._training_at)

    def _train(self) -> str | None:
        """Run a training like `evergreen retrain`; return its failure, None on success."""
        clock = self._settled()
        reason = "first model" if self._attempts == 0 else f"first model, retry {self._attempts}"
        try:
            result = request_training(self.connection, reason, clock["now"])
        except CommandError as error:
            return f"⑧ {error}"
        if not result.get("started"):
            return f"⑧ {result.get('reason')}"
        self._settled()
        execution = self.connection.clients("sagemaker").describe_pipeline_execution(
            PipelineExecutionArn=result["execution_arn"]
        )
        if execution["PipelineExecutionStatus"] == "Succeeded":
            return None
        return str(execution.get("FailureReason", execution["PipelineExecutionStatus"]))

    def _stop_clock_at(self, when: float | None) -> None:
        self.server.clock(stop_at=None if when is None else iso(when))

    def _settled(self) -> dict[str, Any]:
        """Show the progress until nothing is in flight; return the clock."""
        while (clock := self.server.clock())["in_flight"]:
            self._progress.show(now=clock["now"])
            time.sleep(POLL_INTERVAL)
        return clock

    def _run_on(self, end: float) -> None:
        """Advance the clock in steps after the stream, so that models can still be approved."""
        now = epoch(self.server.clock()["now"])
        while now < end:
            clock = self._settled()
            self._progress.show(now=clock["now"])
            if self._approvals:
                self._approvals.stop_while_pending()
            clock = self.server.clock(advance_to=iso(min(end, now + 300)))
            now = epoch(clock["now"])
            if clock["holding"]:
                time.sleep(POLL_INTERVAL)
        self.server.settle()

    def _start_poller(self) -> str:
        poller, network = self.connection.outputs.poller, self.network
        override = [{"name": n, "value": v} for n, v in self.stream.environment.items()]
        response = self.connection.clients("ecs").run_task(
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
        return str(response["tasks"][0]["taskArn"])

    def _task(self, arn: str) -> dict[str, Any]:
        cluster = self.connection.outputs.poller["cluster"]
        response = self.connection.clients("ecs").describe_tasks(cluster=cluster, tasks=[arn])
        task: dict[str, Any] = response["tasks"][0]
        return task
