"""A request for one training. Pure."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from common.training_workflow.execution import MANUAL, Execution

MAX_REASON_LENGTH = 256  # characters stored with the model
COMMAND = "command"  # trigger of a person's request
# Characters that a model package rejects in CustomerMetadataProperties, which store the reason.
INVALID_CHARACTERS = re.compile(r"[^\w .:/=+@-]+")


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """A request for one training."""

    id: str
    time: datetime
    reason: str
    trigger: str  # kind of the event that requests it (training_events.TRIGGERS)

    @property
    def manual(self) -> bool:
        """Whether a person requests it."""
        return self.trigger == COMMAND

    @property
    def execution_name(self) -> str:
        """Name of the request, by which a redelivery finds its execution."""
        digest = hashlib.sha256(self.id.encode()).hexdigest()
        name = f"{self.time:%Y-%m-%dT%H-%M}-{digest[:12]}"
        return f"{MANUAL}-{name}" if self.manual else name

    @property
    def stored_reason(self) -> str:
        """The reason in characters and length that a model package accepts."""
        words = INVALID_CHARACTERS.sub(" ", self.reason).split()
        return " ".join(words)[:MAX_REASON_LENGTH] or "unknown"


def started_by(request: TrainingRequest, executions: Iterable[Execution]) -> Execution | None:
    """Return the execution that an earlier delivery of this request started, if any."""
    return next((e for e in executions if e.name == request.execution_name), None)
