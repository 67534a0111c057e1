"""Schedule, deployment or command -> predictions with the ground truth collected since, scored.

Clients write the ground truth, matched by inference id, in the format of Model Monitor.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import AfterValidator, Json, PositiveInt

from common import captures, s3_objects, threshold_parameter, times
from common.alarm_settings import AlarmSettings
from common.captures import Record
from common.forecast_metrics import registry
from common.observability import logger, metrics
from common.readings import result
from common.readings.collection import MonitoringEvent, collect
from common.readings.result import Deployed, Hour, Measurement
from common.readings.stored_results import StoredResults
from common.threshold_parameter import ThresholdParameter
from tabular_collector import matched_rows
from tabular_collector.matched_rows import TrainingTargets

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

HOUR = timedelta(hours=1)
LATEST_TRUTH = timedelta(hours=48)  # after the request: older requests are not searched

s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
parameters = SSMProvider(boto3_client=boto3.client("ssm"))


class Config(AlarmSettings):
    """Settings of the function."""

    bucket: str
    metrics: Annotated[Json[list[str]], AfterValidator(registry.checked)]  # to publish
    prefix: str
    rows_per_window: PositiveInt
    threshold_parameters: Json[dict[str, str]]  # by stage


@logger.inject_lambda_context
@metrics.log_metrics
@event_parser(model=MonitoringEvent)
def lambda_handler(event: MonitoringEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Measure the endpoint; return losses and state, or the reason why it was skipped."""
    config = Config.from_env()
    stored = StoredResults(s3, config.bucket)
    return collect(
        event,
        lambda hour, deployed: _measure(config, hour, deployed, stored),
        stages=config.threshold_parameters,
        prefix=config.prefix,
        published=config.metrics,
        sagemaker=sagemaker,
        stored=stored,
    )


def _measure(
    config: Config, hour: Hour, deployed: Deployed, stored: StoredResults
) -> dict[str, Any]:
    policy = config.alarm_policy
    parameter = threshold_parameter.read(parameters, config.threshold_parameters[hour.stage])
    measurement = _measurement(config, hour, deployed, parameter)
    earlier = stored.before(hour, parameter.set_by, policy.remembered)
    return result.monitoring_result(hour, deployed, parameter, measurement, earlier, policy)


def _measurement(
    config: Config, hour: Hour, deployed: Deployed, parameter: ThresholdParameter
) -> Measurement:
    if parameter.set_by is None or parameter.deployed_at is None:
        return Measurement([])  # the version was not deployed by the loop
    malformed: list[str] = []
    folder = f"{deployed.endpoint}/{deployed.variant}"
    first = _hour_of(hour.time - HOUR)
    truths = [
        record
        for at in _hours(first, hour.time)
        for record in _records(config.bucket, f"ground-truth/{folder}", at, malformed)
    ]
    since = max(times.parse(parameter.deployed_at), hour.time - LATEST_TRUTH)
    captured = _captured(
        config.bucket, f"data-capture/{hour.stage}/{folder}", since, hour.time, truths, malformed
    )
    merged = captures.merge(captured, truths, malformed)
    if merged.malformed:
        logger.warning("records are left out", extra=merged.summary())
    package = sagemaker.describe_model_package(ModelPackageName=parameter.set_by)
    targets = TrainingTargets.parse(s3_objects.read_evaluation(s3, package))
    rows = matched_rows.rows(captured, merged.pairs)
    return matched_rows.measurement(rows, targets, config.rows_per_window, hour.time)


def _captured(
    bucket: str,
    folder: str,
    since: datetime,
    now: datetime,
    truths: list[Record],
    malformed: list[str],
) -> list[Record]:
    """Return the captures of the present version that have ground truth, oldest first.

    From the newest hour backwards, until all are found.
    """
    wanted = {str(record["eventMetadata"].get("eventId")) for record in truths}
    found: list[Record] = []
    for at in reversed(list(_hours(_hour_of(since), now))):
        if not wanted:
            break
        records = list(_records(bucket, folder, at, malformed))
        found = [r for r in records if _is_of(r, wanted, since)] + found
        wanted -= {captures.request_id(record) for record in records}
    return found


def _is_of(record: Record, wanted: set[str], since: datetime) -> bool:
    try:
        time = times.parse(record["eventMetadata"].get("inferenceTime"))
    except (TypeError, ValueError):
        return False
    return captures.request_id(record) in wanted and time >= since


def _records(bucket: str, folder: str, hour: datetime, malformed: list[str]) -> Iterator[Record]:
    prefix = f"{folder}/{hour:%Y/%m/%d/%H}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for item in page.get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            yield from captures.lines(body, item["Key"], malformed)


def _hours(first: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the hours that begin in [first, end)."""
    while first < end:
        yield first
        first += HOUR


def _hour_of(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)
