"""One request of a client while it is answered. Pure."""

from dataclasses import dataclass
from datetime import datetime

from predict.problems import ProblemError
from predict.settings import Settings


@dataclass(slots=True)
class Exchange:
    """What the routes need besides the event, and what is logged afterwards."""

    settings: Settings
    now: datetime
    request_id: str
    inference_id: str  # that of the request, or of the client
    problem: ProblemError | None = None

    def logged(self) -> dict[str, str]:
        """Return the fields of the log line."""
        found = {"inference_id": self.inference_id}
        if self.problem:
            found |= {"problem": self.problem.kind.name, "detail": self.problem.detail}
            found |= {"cause": self.problem.cause} if self.problem.cause else {}
        return found
