"""Batch of the stream of minutes (Kinesis) -> its rows in every version of the feature group.

Failed rows are reported and do not stop the others, so only they go to the dead-letter queue when
Lambda's retries are exhausted. Lambda retries the batch from the first failure. Repeated and late
writes are harmless, because Feature Store keeps the record with the latest event time.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common.feature_groups import Settings
from common.observability import add_metrics, logger, metrics
from feature_writer import flink_row

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import (
        KinesisStreamRecord,
    )
    from aws_lambda_powertools.utilities.typing import LambdaContext

store = boto3.client("sagemaker-featurestore-runtime", config=Config(retries={"mode": "standard"}))


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(
    event: dict[str, Any], context: "LambdaContext"
) -> "PartialItemFailureResponse":
    """Write a batch; return the sequence numbers of the records that failed."""
    # Deferred to the first batch because it imports asyncio and all data classes (27 ms of CPU).
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    settings = Settings.from_env()
    for _, features in settings.feature_groups:
        flink_row.check_features(features)
    response = process_partial_response(
        event,
        lambda record: _write(settings, record),
        BatchProcessor(EventType.KinesisDataStreams, raise_on_entire_batch_failure=False),
        context,
    )
    failed = len(response["batchItemFailures"])
    written = len(event["Records"]) - failed
    arrived = max(item["kinesis"]["approximateArrivalTimestamp"] for item in event["Records"])
    time = datetime.fromtimestamp(arrived, UTC)
    add_metrics(time, {"RowsWritten": written}, MetricUnit.NoUnit)
    logger.info("rows written", rows=written, failed=failed)
    return response


def _write(settings: Settings, record: "KinesisStreamRecord") -> None:
    """Write one row to all versions; log and raise the error of a row that fails."""
    try:
        row = flink_row.parse(record.kinesis.data_as_bytes())
        for group, features in settings.feature_groups:
            store.put_record(FeatureGroupName=group, Record=flink_row.record(row, features))
    except (flink_row.RowError, ClientError, BotoCoreError) as error:
        number = record.kinesis.sequence_number
        logger.warning("row not written", sequence_number=number, error=str(error))
        raise
