"""A record in MLflow's terms: params, metrics per contender, tags, the dataset. Imports MLflow."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common import times, training_runs
from common.training_runs import TrainingRun

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Metric, Param, RunTag

EXECUTION_ID = "execution_id"  # tag by which a run is found again
DIGEST = "record_sha256"  # tag: the record that the run has
MAXIMUM_PARAM, MAXIMUM_TAG = 500, 5000  # characters that servers of all versions accept
STATUS = {training_runs.REJECTED: "FAILED", training_runs.FAILED: "FAILED"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a run is given."""

    params: "list[Param]"
    metrics: "list[Metric]"
    tags: "list[RunTag]"
    dataset: "DatasetInput | None"
    status: str


def contents(run: TrainingRun) -> Contents:
    """Return the record as MLflow's entities."""
    from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415 - seconds

    time = int(times.parse(run.time).timestamp() * 1000)
    return Contents(
        [Param(name, value[:MAXIMUM_PARAM]) for name, value in run.parameters.items()],
        [Metric(name, value, time, 0) for name, value in metrics(run).items()],
        [RunTag(name, value[:MAXIMUM_TAG]) for name, value in tags(run).items()],
        _dataset(run.data, run.artifacts) if run.data else None,
        STATUS.get(run.outcome, "FINISHED"),
    )


def metrics(run: TrainingRun) -> dict[str, float]:
    """Return the numbers of every contender as `contender/metric`, nested ones with their key."""
    return {
        f"{contender}/{name}": value
        for contender, scores in run.contenders.items()
        for name, value in _numbers(scores).items()
    }


def tags(run: TrainingRun) -> dict[str, str]:
    """Return outcome, reason, source and artifacts; what is unknown is left out."""
    verdict = run.verdict or {}
    found = {
        "execution_arn": run.execution_arn,
        "outcome": run.outcome,
        "trigger": run.trigger,
        "reason": run.reason,
        "failure": run.failure,
        "winner": verdict.get("winner"),
        "verdict": verdict.get("reason"),
        "champion": json.dumps(verdict["champion"]) if verdict.get("champion") else None,
        "mlflow.note.content": verdict.get("summary") or run.failure,
        "mlflow.source.git.commit": run.source.commit,
        "image": run.source.image,
        "image_digest": run.source.image_digest,
        **{f"artifact.{name}": uri for name, uri in run.artifacts.items()},
    }
    return {name: value for name, value in found.items() if value}


def _numbers(scores: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in scores.items():
        if isinstance(value, Mapping):
            found |= _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, float | int) and not isinstance(value, bool):
            found[f"{prefix}{name}"] = float(value)
    return found


def _dataset(data: Mapping[str, Any], artifacts: Mapping[str, str]) -> "DatasetInput":
    from mlflow.entities import Dataset, DatasetInput, InputTag  # noqa: PLC0415 - seconds

    profile = json.dumps(dict(data))
    dataset = Dataset(
        name=data["feature_group"],
        digest=hashlib.sha256(profile.encode()).hexdigest()[:8],
        source_type="s3",
        source=json.dumps({"uri": artifacts.get("history", "unknown")}),
        profile=profile,
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])
