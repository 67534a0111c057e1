"""Errors of the API as problem details (RFC 9457). Pure.

`terraform/modules/serve` answers API Gateway's own errors in the same form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from common.errors import bad_value

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:evergreen:problem:"
MAX_FAULTS = 20  # of one answer


class Kind(Enum):
    """The kinds of problems: status and title by name."""

    INVALID_BODY = (400, "The body cannot be read")
    INVALID_VALUE = (400, "A value is not what the model takes")
    INVALID_HEADER = (400, "A header is malformed")
    REFUSED_BY_MODEL = (400, "The model refuses the request")
    NOT_FOUND = (404, "This API has no such route")
    TOO_LARGE = (413, "The request or its answer is too large")
    UNSUPPORTED_MEDIA_TYPE = (415, "The content type is not supported")
    TOO_MANY_REQUESTS = (429, "The endpoint gets too many requests")
    MODEL_FAILED = (502, "The model failed")
    ENDPOINT_UNAVAILABLE = (503, "The endpoint does not serve")
    NO_RECENT_FEATURES = (503, "The feature store has no recent minute")

    @property
    def status(self) -> int:
        """HTTP status."""
        return int(self.value[0])

    @property
    def title(self) -> str:
        """The problem in general, the same for every occurrence."""
        return str(self.value[1])

    @property
    def uri(self) -> str:
        """Identifier of the kind."""
        return TYPE + self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Fault:
    """One invalid value of the body; `path` leads to it."""

    path: tuple[str | int, ...]
    value: object
    expected: str
    place: str = ""  # how a person finds it, by default the pointer

    @property
    def pointer(self) -> str:
        """JSON pointer (RFC 6901)."""
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in self.path)
        return "".join(f"/{step}" for step in steps)

    @property
    def sentence(self) -> str:
        """What was wrong and what was expected."""
        return bad_value(self.place or self.pointer or "body", self.value, self.expected)


class ProblemError(Exception):
    """A request that is not answered with a prediction; `cause` is logged only."""

    def __init__(
        self, kind: Kind, detail: str, faults: Sequence[Fault] = (), cause: str | None = None
    ) -> None:
        self.kind, self.detail, self.faults = kind, detail, tuple(faults[:MAX_FAULTS])
        self.cause = cause
        super().__init__(detail)

    def document(self, request_id: str, inference_id: str) -> dict[str, Any]:
        """Return the problem details; `errors` has the JSON pointers of the values."""
        found: dict[str, Any] = {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": request_id,
            "inference_id": inference_id,
        }
        if self.faults:
            found["errors"] = [
                {"pointer": fault.pointer, "detail": fault.sentence} for fault in self.faults
            ]
        return found


class NotReadyError(ProblemError):
    """What an answer needs is not there yet: a model, or recent minutes of the stream.

    So it is in a new deployment, or while the loop is paused: no fault, and no alarm of the API.
    """


def invalid(faults: Sequence[Fault]) -> ProblemError:
    """Return the problem of invalid values, of which there is at least one."""
    more = len(faults) - 1
    others = f"; and {more} more invalid value{'s' if more > 1 else ''}" if more else ""
    return ProblemError(Kind.INVALID_VALUE, faults[0].sentence + others, faults)


def check_rows(count: int, limit: int, path: tuple[str | int, ...]) -> None:
    """Raise ProblemError for a request of too many rows."""
    if count > limit:
        fault = Fault(path, count, f"at most {limit} rows in a request")
        raise ProblemError(Kind.TOO_LARGE, fault.sentence, [fault])
