"""Batch of the stream of minutes (Kinesis) -> its rows in every version of the feature group.

A row that fails is reported and does not stop the others: when Lambda gives up on it, only that
one goes to the dead letters. Lambda repeats the batch from the first failure on; Feature Store
keeps the record with the latest event time, so written twice, or late, is written once.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common import logs, metrics, settings
from feature_writer import rows

store: Any = boto3.client(
    "sagemaker-featurestore-runtime", config=Config(retries={"mode": "standard"})
)

Response = dict[str, list[dict[str, str]]]


def lambda_handler(event: dict[str, Any], _context: object) -> Response:
    """Write a batch -> the sequence numbers of the records that failed."""
    groups = json.loads(settings.required("FEATURE_GROUPS"))
    failed = []
    for each in event["Records"]:
        number, data = each["kinesis"]["sequenceNumber"], each["kinesis"]["data"]
        try:
            row = rows.read(base64.b64decode(data))
            for group, features in groups:
                store.put_record(FeatureGroupName=group, Record=rows.record(row, features))
        except (rows.RowError, ClientError, BotoCoreError) as error:
            logs.line("row not written", sequence_number=number, error=str(error))
            failed.append(number)
    written = len(event["Records"]) - len(failed)
    arrived = max(each["kinesis"]["approximateArrivalTimestamp"] for each in event["Records"])
    metrics.emit(datetime.fromtimestamp(arrived, UTC), {"RowsWritten": written})
    logs.line("rows written", rows=written, failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
