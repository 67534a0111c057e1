"""The health check of a container, as ECS runs it: a command beside the container's program.

Source: AWS API reference, ECS `HealthCheck`. All times are real seconds, as the program's are.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from local.containers import images

HEALTHY, UNHEALTHY = "HEALTHY", "UNHEALTHY"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A command, and when its failures count; the defaults are those of ECS."""

    command: Sequence[str]
    interval: float = 30
    retries: int = 3
    start_period: float = 0
    timeout: float = 5

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> Self | None:
        """Return the check of a container definition, None without one."""
        declared = definition.get("healthCheck")
        if not declared or declared["command"][0] == "NONE":
            return None
        kind, *rest = declared["command"]
        command = ["/bin/sh", "-c", *rest] if kind == "CMD-SHELL" else images.entry_point(rest)
        names = {
            "interval": "interval",
            "retries": "retries",
            "startPeriod": "start_period",
            "timeout": "timeout",
        }
        return cls(command, **{names[key]: declared[key] for key in names if key in declared})

    def watch(
        self,
        environment: Mapping[str, str],
        ended: threading.Event,
        on_change: Callable[[str], None],
    ) -> None:
        """Run the command until the container has ended, and report each change of the health.

        Failures before the first success do not count during the start period.
        """
        started, failures, health = time.monotonic(), 0, ""
        while not ended.wait(self.interval):
            if self._passes(environment):
                failures, found = 0, HEALTHY
            elif not health and time.monotonic() - started < self.start_period:
                continue
            else:
                failures += 1
                found = UNHEALTHY if failures >= self.retries else health
            if found != health:
                health = found
                on_change(health)

    def _passes(self, environment: Mapping[str, str]) -> bool:
        try:
            done = subprocess.run(
                self.command,
                env=environment,
                cwd=images.PROJECT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0
