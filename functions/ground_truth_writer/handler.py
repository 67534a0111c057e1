"""S3 `Object Created` below monitoring/ -> ground truth and forecasts that match by id.

Both keys and bodies follow from the reading alone: written twice they are the same objects.
"""

import json
from typing import Any

import boto3

from common import logs, settings, times
from ground_truth_writer import records

s3 = boto3.client("s3")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Write the records of one reading -> how many."""
    bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    reading = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    place = f"{reading['stage']}/{times.parse(reading['time']):%Y/%m/%d/%H}"
    name = f"{place}/{reading['inference_id']}.jsonl"
    # The forecasts first: ground truth without them would be counted as unmatched.
    for folder, text in (
        ("forecast-capture", records.forecasts(reading)),
        ("ground-truth", records.ground_truth(reading)),
    ):
        s3.put_object(
            Bucket=settings.required("BUCKET"), Key=f"{folder}/{name}", Body=text.encode()
        )
    count = len(records.known(reading))
    logs.line("ground truth written", key=key, records=count)
    return {"records": count}
