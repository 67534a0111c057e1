"""A training as an execution of the workflow, whichever service runs it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

MANUAL: Final = "manual"  # prefix of the names of requests by a person

EXECUTING: Final = "Executing"
STOPPING: Final = "Stopping"
SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
STOPPED: Final = "Stopped"
RUNNING = frozenset({EXECUTING, STOPPING})


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution; `name` is that of the request that started it, empty for the console's."""

    started: datetime
    status: str
    name: str
    arn: str
    failure: str | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status in RUNNING

    @property
    def failed(self) -> bool:
        """Whether it ended by itself without a decision."""
        return self.status == FAILED

    @property
    def stopped(self) -> bool:
        """Whether a person stopped it; no service stops one by itself."""
        return self.status == STOPPED

    @property
    def automatic(self) -> bool:
        """Whether a rule requested it; one without a name was started in the console."""
        return bool(self.name) and not self.name.startswith(f"{MANUAL}-")


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has started; `jobs` are the ARNs of what it created, by kind (TrainingJob …)."""

    name: str
    status: str
    started: datetime | None
    ended: datetime | None = None
    failure: str | None = None
    jobs: Mapping[str, str] = field(default_factory=dict)
