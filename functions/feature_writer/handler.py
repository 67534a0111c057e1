"""Batch of the stream of minutes (Kinesis) -> its rows in Feature Store.

A row that fails is reported and does not stop the others: when Lambda gives up on it, only that
one goes to the dead letters. Lambda repeats the batch from the first failure on; Feature Store
keeps the record with the latest event time, so written twice, or late, is written once.
"""

import base64
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common import logs, settings
from feature_writer import rows

store: Any = boto3.client(
    "sagemaker-featurestore-runtime", config=Config(retries={"mode": "standard"})
)

Response = dict[str, list[dict[str, str]]]


def lambda_handler(event: dict[str, Any], _context: object) -> Response:
    """Write a batch -> the sequence numbers of the records that failed."""
    group = settings.required("FEATURE_GROUP_NAME")
    failed = []
    for each in event["Records"]:
        number, data = each["kinesis"]["sequenceNumber"], each["kinesis"]["data"]
        try:
            row = rows.record(base64.b64decode(data))
            store.put_record(FeatureGroupName=group, Record=row)
        except (rows.RowError, ClientError, BotoCoreError) as error:
            logs.line("row not written", sequence_number=number, error=str(error))
            failed.append(number)
    logs.line("rows written", rows=len(event["Records"]) - len(failed), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
