"""The monitoring result of one hour: its windows, losses, and the state of the endpoint. Pure.

The same for every kind of model: how the windows are measured is up to the collector.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common import monitoring_results, times
from common.alarm_policy import AlarmPolicy
from common.breach import Reading, judge
from common.forecast_metrics import registry
from common.threshold_parameter import ThresholdParameter

VERSION = "3"
LOSSES = ("wql", "reference_wql", "naive_wql")
SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Hour:
    """The endpoint that is measured, the time, and what requested it."""

    stage: str
    time: datetime
    trigger: str = SCHEDULE

    @property
    def scheduled(self) -> bool:
        """Whether it is a reading of the alarm; others are only stored."""
        return self.trigger == SCHEDULE

    @property
    def key(self) -> str:
        """Key of the monitoring result in the data bucket."""
        if self.scheduled:
            return monitoring_results.key(self.stage, self.time)
        return monitoring_results.additional_key(self.stage, self.trigger, self.time)

    def inference_id(self, number: int) -> str:
        """Return the inference id of a window; the same for a redelivered event."""
        trigger = "" if self.scheduled else f"-{self.trigger}"
        return f"{self.stage}{trigger}-{times.iso(self.time)}-{number}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """What answers the requests. The names are also those of the folders of its data capture."""

    endpoint: str
    variant: str
    config: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """Windows with what was predicted and what happened; losses and metrics over all of them.

    `windows` are documents with `inference_id`, `first_minute`, `truth`, `score` (None: not
    scored) and `reason`. `losses` (LOSSES by name) and `metrics` are empty if none was
    measured.
    """

    windows: list[dict[str, Any]]
    losses: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, registry.Value] = field(default_factory=dict)


def monitoring_result(
    hour: Hour,
    deployed: Deployed,
    parameter: ThresholdParameter,
    measurement: Measurement,
    earlier: Iterable[Mapping[str, Any]],
    policy: AlarmPolicy,
) -> dict[str, Any]:
    """Return the result; `earlier` are results of the same stage, in any order.

    Losses are mean wQL over the levels 0.1, 0.5, 0.9 and all measured windows, lower is better.
    """
    documents, pooled = measurement.windows, measurement.losses
    found = [document["score"] for document in documents if document["score"] is not None]
    readings = [reading(result) for result in earlier if is_of(result, parameter.set_by)]
    judged = judge(readings, times.iso(hour.time), found, parameter.threshold, policy)
    reference, typical = pooled.get("reference_wql"), parameter.reference_wql
    return {
        "version": VERSION,
        "stage": hour.stage,
        "time": judged.time,
        "trigger": hour.trigger,
        "endpoint": deployed.endpoint,
        "variant": deployed.variant,
        "endpoint_config": deployed.config,
        "package_arn": parameter.set_by,
        **{name: pooled.get(name) for name in LOSSES},
        "metrics": dict(measurement.metrics),
        "reference_ratio": reference / typical if reference and typical else None,
        "relative_loss": judged.relative_loss,
        "threshold": parameter.threshold.value if parameter.threshold else None,
        "breach": judged.breach,
        "breach_since": judged.since,
        "scored_windows": len(found),
        "unscored_windows": len(documents) - len(found),
        "windows": documents,
    }


def is_of(result: Mapping[str, Any], package_arn: str | None) -> bool:
    """Return whether a result measured this version."""
    return bool(result.get("package_arn") == package_arn)


def reading(result: Mapping[str, Any]) -> Reading:
    """Return what the breach of later hours depends on."""
    return Reading(
        result["time"],
        result["relative_loss"],
        result["threshold"],
        result["breach"],
        result["breach_since"],
    )


def metric_values(result: Mapping[str, Any], names: Collection[str]) -> dict[str, float]:
    """Return what is published: the state, and the named forecast metrics.

    Without values that are not defined in this hour.
    """
    values = {
        "Breach": float(result["breach"]),
        "MeanQuantileLoss": result["wql"],
        "NaiveQuantileLoss": result["naive_wql"],
        "ReferenceLossRatio": result["reference_ratio"],
        "ReferenceQuantileLoss": result["reference_wql"],
        "RelativeLoss": result["relative_loss"],
        "ScoredWindows": result["scored_windows"],
        "Threshold": result["threshold"],
        "UnscoredWindows": result["unscored_windows"],
    }
    return {
        **registry.cloudwatch(result.get("metrics", {}), names),
        **{name: value for name, value in values.items() if value is not None},
    }
