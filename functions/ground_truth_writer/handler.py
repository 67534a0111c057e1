"""S3 `Object Created` of a monitoring result -> ground truth and captures with inference ids.

Keys and bodies are derived from the monitoring result alone, so a redelivered event writes the
same objects again.
"""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import ValidationError

from common.config import Settings, describe
from common.events import EventBridgeEvent, ObjectCreated
from common.monitoring_results import ResultError
from common.observability import logger
from ground_truth_writer import monitor_records
from ground_truth_writer.monitor_records import MonitoringResult

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

s3 = boto3.client("s3")

Created = EventBridgeEvent[ObjectCreated]


class Config(Settings):
    """Settings of the function."""

    bucket: str


@logger.inject_lambda_context
@event_parser(model=Created)
def lambda_handler(event: Created, _context: "LambdaContext") -> dict[str, int]:
    """Write the records of one monitoring result; return how many."""
    config, key = Config.from_env(), event.detail.object.key
    body = s3.get_object(Bucket=event.detail.bucket.name, Key=key)["Body"].read()
    try:
        result = MonitoringResult.model_validate_json(body)
    except ValidationError as error:
        raise ResultError(f"s3://{event.detail.bucket.name}/{key}: {describe(error)}") from None
    # Forecasts first: ground truth without a forecast would be counted as unmatched.
    for folder, text in (
        ("forecast-capture", monitor_records.captures(result)),
        ("predictions", monitor_records.predictions(result)),
        ("ground-truth", monitor_records.ground_truth(result)),
    ):
        s3.put_object(Bucket=config.bucket, Key=f"{folder}/{result.name}", Body=text.encode())
    count = len(result.forecasts)
    logger.info("ground truth written", key=key, records=count)
    return {"records": count}
