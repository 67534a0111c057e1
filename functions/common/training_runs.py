"""The record of a training, `experiments/<execution id>/run.json`: pure, from start to outcome."""

from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict

PREFIX = "experiments/"
FILE = "run.json"

RUNNING: Final = "running"
REJECTED: Final = "data rejected"
NEW_VERSION: Final = "new version"
KEPT: Final = "champion kept"
FAILED: Final = "failed"
Outcome = Literal["running", "data rejected", "new version", "champion kept", "failed"]


def id_of(execution_arn: str) -> str:
    """Return the id of an execution of a SageMaker pipeline or of Step Functions."""
    return execution_arn.replace(":", "/").rpartition("/")[2]


def key(execution_id: str) -> str:
    """Return the key of a training's record in the data bucket."""
    return f"{PREFIX}{execution_id}/{FILE}"


class Source(BaseModel):
    """The code that trained; `unknown` says why a value is missing, by its name."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    commit: str | None = None
    image: str | None = None  # with its tag
    image_digest: str | None = None
    unknown: dict[str, str] = {}


class TrainingRun(BaseModel):
    """What one execution of the training pipeline used and decided.

    `verdict` has winner, reason, summary, training (what the winner is trained with) and champion;
    `contenders` the scores of everyone by name, as in evaluation.json; `artifacts` S3 URIs.
    """

    model_config = ConfigDict(defer_build=True, frozen=True)

    version: Literal["1"] = "1"
    execution_id: str
    execution_arn: str
    time: str  # ISO 8601, UTC: the end of its data
    trigger: str
    reason: str
    outcome: Outcome = RUNNING
    failure: str | None = None
    parameters: dict[str, str] = {}
    data: dict[str, Any] | None = None  # feature group, span, minutes, and the quality check
    source: Source = Source()
    verdict: dict[str, Any] | None = None
    contenders: dict[str, dict[str, Any]] = {}
    artifacts: dict[str, str] = {}

    @classmethod
    def started(cls, execution_arn: str, parameters: Mapping[str, str]) -> Self:
        """Return the record of a training of which only the pipeline's parameters are known."""
        return cls(
            execution_id=id_of(execution_arn),
            execution_arn=execution_arn,
            time=parameters["EndTime"],
            trigger=parameters.get("Trigger", "unknown"),
            reason=parameters.get("Reason", "unknown"),
            parameters=dict(parameters),
        )

    def decided(self, report: Mapping[str, Any], artifacts: Mapping[str, str]) -> Self:
        """Return the record with the verdict of evaluation.json."""
        names = ("winner", "reason", "summary", "training", "champion", "trained_at")
        return self._with(
            outcome=NEW_VERSION if report["winner"] else KEPT,
            verdict={name: report[name] for name in names},
            contenders=dict(report["contenders"]),
            artifacts={**self.artifacts, **artifacts},
        )

    def failed(self, reason: str) -> Self:
        """Return the record of a training that failed; rejected data remain the outcome."""
        return self if self.outcome == REJECTED else self._with(outcome=FAILED, failure=reason)

    def to_json(self) -> str:
        """Return the content of the file."""
        return self.model_dump_json(indent=2) + "\n"

    def _with(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)
