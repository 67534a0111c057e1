"""One run of the loop; only the poller task is started explicitly."""

import time
from typing import Any

from cli.connection import Connection, local_client
from demo import prediction
from demo.approvals import Approvals
from demo.progress import Progress
from demo.server import Server
from demo.stream import HOUR, Stream, epoch, iso

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
        restarts: int = 0,
    ) -> None:
        """`last` is the stream's largest time (epoch seconds), `network` Terraform's output.

        A poller that crashes is started again, at the beginning, as often as `restarts` says.
        """
        self._restarts = restarts
        self.server, self.connection, self.network = server, connection, network
        self.stream, self.last = stream, last
        # The demo starts the poller with its stream, which an operator may not do.
        self._ecs = local_client("ecs", server.url, connection.region)
        self._progress = Progress(connection, stream.clock_start)
        self._approvals = Approvals(server, connection) if by_hand else None
        self.prediction: dict[str, Any] | None = None  # of the API, at the end of the stream

    def run(self) -> None:
        """Run until the end of the stream, and until its last consequences are processed."""
        task = self._start_poller()
        while (ended := self._task(task))["lastStatus"] != "STOPPED":
            self._poll()
            time.sleep(POLL_INTERVAL)
        code = ended["containers"][0].get("exitCode")
        if code != 0 and self._restarts > 0:
            self._restarts -= 1
            self.run()
            return
        if code != 0:
            reason = ended.get("stoppedReason", "")
            raise StageError(f"① the poller ended with exit code {code} ({reason}): see its log")
        self._settled()
        self.prediction = prediction.ask(self.connection)
        self._run_on(self.last + TAIL_HOURS * HOUR)

    def _poll(self) -> None:
        self._progress.show(now=self.server.clock()["now"])
        if self._approvals:
            self._approvals.stop_while_pending()

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
        poller, network = self.connection.outputs.service, self.network
        override = [{"name": n, "value": v} for n, v in self.stream.environment.items()]
        response = self._ecs.run_task(
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
        cluster = self.connection.outputs.service["cluster"]
        response = self._ecs.describe_tasks(cluster=cluster, tasks=[arn])
        task: dict[str, Any] = response["tasks"][0]
        return task
