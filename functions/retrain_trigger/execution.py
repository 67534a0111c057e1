"""What the guards know of an execution of the training pipeline. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from retrain_trigger.training_request import MANUAL, TrainingRequest

RUNNING = frozenset({"Executing", "Stopping"})


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution of the training pipeline."""

    started: datetime
    status: str
    name: str  # display name
    arn: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether it ended by itself without a decision."""
        return self.status == "Failed"

    @property
    def stopped(self) -> bool:
        """Whether a person stopped it; SageMaker stops none by itself."""
        return self.status == "Stopped"

    @property
    def automatic(self) -> bool:
        """Whether a rule requested it; one without a name was started in the console."""
        return bool(self.name) and not self.name.startswith(f"{MANUAL}-")


def started_by(request: TrainingRequest, executions: Iterable[Execution]) -> Execution | None:
    """Return the execution that an earlier delivery of this request started, if any."""
    return next((e for e in executions if e.name == request.execution_name), None)
