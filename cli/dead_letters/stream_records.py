"""Records of a Kinesis stream that a failed batch names by their sequence numbers."""

import base64
from typing import Any

from cli.aws import Json


def read(kinesis: Any, batch: Json) -> list[Json]:
    """Return the records in the form of Lambda's events; none if the stream deleted the first."""
    first, last = batch["startSequenceNumber"], batch["endSequenceNumber"]
    stream = batch["streamArn"]
    iterator = kinesis.get_shard_iterator(
        StreamARN=stream,
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=first,
    )["ShardIterator"]
    records: list[Json] = []
    while iterator:
        page = kinesis.get_records(ShardIterator=iterator, StreamARN=stream)
        for record in page["Records"]:
            if not records and record["SequenceNumber"] != first:
                return []
            if int(record["SequenceNumber"]) <= int(last):
                records.append(_event_record(record, batch))
            if int(record["SequenceNumber"]) >= int(last):
                return records
        at_end = not page["Records"] and not page.get("MillisBehindLatest")
        iterator = None if at_end else page.get("NextShardIterator")
    return records


def arrival(batch: Json) -> str:
    """Return when the records arrived, for `evergreen backfill`."""
    first, last = (
        batch.get(f"approximateArrivalOf{which}Record", "unknown") for which in ("First", "Last")
    )
    return f"from {first} to {last}"


def _event_record(record: Json, batch: Json) -> Json:
    number = record["SequenceNumber"]
    return {
        "eventID": f"{batch['shardId']}:{number}",
        "eventName": "aws:kinesis:record",
        "eventSource": "aws:kinesis",
        "eventSourceARN": batch["streamArn"],
        "eventVersion": "1.0",
        "awsRegion": batch["streamArn"].split(":")[3],
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": number,
            "data": base64.b64encode(record["Data"]).decode(),
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
        },
    }
