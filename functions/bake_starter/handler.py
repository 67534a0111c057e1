"""New monitoring result of production -> the replaced version forecasts the same windows."""

from datetime import datetime
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from botocore.exceptions import ClientError
from pydantic import Json, PositiveInt, ValidationError

from bake_starter import readings, transform
from bake_starter.readings import Promotion, Reading
from common import bake, model_packages, monitoring_results, threshold_parameter, times, windows
from common.config import Settings
from common.events import EventBridgeEvent, ObjectCreated
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
store = boto3.client("sagemaker-featurestore-runtime")
parameters = SSMProvider(boto3_client=boto3.client("ssm"))

STAGE = "production"
# Most hours that a bake period can last, as a multiple of its readings: others were not scored.
LONGEST = 3


class Config(Settings):
    """Settings of the function."""

    bake_readings: Json[list[PositiveInt]]
    bucket: str
    feature_group_name: str | None = None  # None: a tabular model
    forecast_samples: PositiveInt
    history_minutes: PositiveInt
    instance_type: str
    kms_key_arn: str
    prefix: str
    threshold_parameter: str


@logger.inject_lambda_context
@event_parser(model=EventBridgeEvent[ObjectCreated])
def lambda_handler(
    event: EventBridgeEvent[ObjectCreated], _context: "LambdaContext"
) -> dict[str, str]:
    """Create the job that is due; return its name, or the reason why there is none."""
    config, key = Config.from_env(), event.detail.object.key
    promotion = Promotion.of(threshold_parameter.read(parameters, config.threshold_parameter))
    if promotion is None:
        return _skip("the version replaced no older one")
    keys = _keys_since(config, times.parse(promotion.deployed_at), key)
    if len(keys) > LONGEST * max(config.bake_readings):
        return _skip("the bake period is over")
    found = readings.in_bake(_readings(config, keys), promotion)
    time = monitoring_results.time(key)
    if not readings.is_due(found, time, config.bake_readings):
        return _skip(f"{len(found)} readings, compared after {config.bake_readings}")
    job = bake.job_name(config.prefix, promotion.package_arn, time)
    compared = readings.scored(found)
    document = readings.comparison(promotion, compared)
    _put(config, bake.comparison_key(job), document.model_dump_json().encode())
    lines = readings.requests(compared, config.history_minutes, _fees(config))
    _put(config, bake.input_key(job), lines)
    _create(config, job, promotion.replaced_arn)
    logger.info("comparison started", job=job, windows=len(compared))
    return {"job": job}


def _keys_since(config: Config, deployed_at: datetime, newest: str) -> list[str]:
    after = monitoring_results.folder(STAGE, deployed_at)
    keys = monitoring_results.keys(s3, config.bucket, STAGE, after)
    return [key for key in keys if key <= newest]


def _readings(config: Config, keys: list[str]) -> list[Reading]:
    """Read the results with these keys; objects that are no results are logged and left out."""
    found = []
    for name in keys:
        try:
            result = monitoring_results.read(s3, config.bucket, name)
            found.append(Reading.model_validate(result))
        except (monitoring_results.ResultError, ValidationError) as error:
            extra = {"key": name, "error": str(error)[:500]}
            logger.warning("monitoring result is left out", extra=extra)
    return found


def _fees(config: Config) -> readings.FeesOf:
    def fees(first: datetime, count: int) -> windows.Fees:
        if config.feature_group_name is None:
            raise monitoring_results.ResultError("monitoring results have windows without rows")
        minutes = times.minutes(first, count)
        return windows.average_fees(store, config.feature_group_name, minutes)

    return fees


def _put(config: Config, key: str, body: bytes) -> None:
    s3.put_object(Bucket=config.bucket, Key=key, Body=body)


def _create(config: Config, job: str, replaced_arn: str) -> None:
    request = transform.request(
        job,
        model_packages.model_name(config.prefix, model_packages.version(replaced_arn)),
        bucket=config.bucket,
        instance_type=config.instance_type,
        key_arn=config.kms_key_arn,
        samples=config.forecast_samples,
    )
    try:
        sagemaker.create_transform_job(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUse":
            raise  # any other error; this one means that the event was delivered before


def _skip(reason: str) -> dict[str, str]:
    logger.info("no comparison", reason=reason)
    return {"reason": reason}
