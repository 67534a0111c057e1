"""What every collector does: measure a stage once per time, store the result, publish metrics.

"Now" is the time of the event, and a time that has a result is not measured again, so a
redelivered event changes nothing. Only the readings of the hourly schedule are published as
metrics and decide on a breach; those of a deployment or a command are stored beside them.
"""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools.metrics import MetricUnit

from common import times
from common.events import ScheduledEvent
from common.observability import add_metrics, logger, metrics
from common.readings import result, serving
from common.readings.result import Deployed, Hour
from common.readings.stored_results import StoredResults

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

LOGGED = ("wql", "relative_loss", "threshold", "breach", "scored_windows", "unscored_windows")


class MonitoringEvent(ScheduledEvent):
    """The hour and the stage to measure."""

    stage: str
    trigger: Literal["schedule", "deployment", "command"] = "schedule"


def collect(
    event: MonitoringEvent,
    measure: Callable[[Hour, Deployed], dict[str, Any]],
    *,
    stages: Collection[str],
    prefix: str,
    published: Collection[str],
    sagemaker: "SageMakerClient",
    stored: StoredResults,
) -> dict[str, Any]:
    """Return losses and state of the endpoint, or the reason why it was skipped.

    `measure` returns the monitoring result; `published` are names of forecast metrics.
    """
    hour = Hour(event.stage, times.floor_minute(event.time), event.trigger)
    if hour.stage not in stages:
        return _skip(hour, f"{hour.stage} is not monitored: add it to monitoring.stages")
    document = stored.find(hour)
    if document is None:
        deployed = serving.find(sagemaker, f"{prefix}-{hour.stage}")
        if deployed is None:
            return _unserved(hour, stored)
        document = measure(hour, deployed)
        stored.write(hour, document)
    if hour.scheduled:
        metrics.add_dimension("Stage", hour.stage)
        values = result.metric_values(document, published)
        add_metrics(hour.time, values, MetricUnit.NoUnit)
    logged = {name: document[name] for name in LOGGED}
    logger.info("endpoint measured", time=times.iso(hour.time), stage=hour.stage, extra=logged)
    return {**logged, "key": hour.key, "metrics": document.get("metrics", {})}


def _unserved(hour: Hour, stored: StoredResults) -> dict[str, Any]:
    """Publish that nothing was measured, unless the stage never served: it waits for a model."""
    if hour.scheduled and stored.any(hour.stage):
        metrics.add_dimension("Stage", hour.stage)
        add_metrics(hour.time, {"ScoredWindows": 0}, MetricUnit.NoUnit)
    return _skip(hour, "no endpoint in service")


def _skip(hour: Hour, reason: str) -> dict[str, Any]:
    logger.info("measurement skipped", time=times.iso(hour.time), reason=reason)
    return {"reason": reason}
