"""A staging endpoint with its minute rows and data captures."""

import io
import json
from datetime import UTC, datetime, timedelta

from smoke_test import handler
from tests.support.aws_calls import stubbed
from tests.support.feature_records import batch_response
from tests.support.lambda_context import CONTEXT

BUCKET = "test-123456789012-eu-west-1"
NOW = datetime(2024, 10, 10, 12, 0, 30, tzinfo=UTC)
EVENT = {
    "stage": "staging",
    "package_arn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3",
    "version": 3,
    "time": "2024-10-10T12:00:30.123Z",  # as Step Functions writes it
}
INFERENCE = "smoke-3-2024-10-10T12:00:30.123Z"
FIRST_TRUTH = NOW.replace(second=0) - timedelta(minutes=5 + 30)


def forecast(low=90.0, middle=100.0, high=110.0, length=30):
    values = {"0.1": low, "0.5": middle, "0.9": high}
    quantiles = {level: [value] * length for level, value in values.items()}
    return json.dumps({"predictions": [{"quantiles": quantiles, "mean": [middle] * length}]})


class Staging:
    def __init__(self):
        self.s3 = handler.s3
        place = {"LocationConstraint": "eu-west-1"}
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        self.response, self.requests, self.known, self.fee = forecast(), [], True, "100.5"

    def rows(self, Identifiers):  # noqa: N803
        (identifiers,) = Identifiers
        minutes = identifiers["RecordIdentifiersValueAsString"] if self.known else []
        rows = [{"tx_minute": minute, "avg_fee_1min": self.fee} for minute in minutes]
        return batch_response(identifiers["FeatureGroupName"], rows)

    def invoke(self, **request):
        self.requests.append(request)
        return {"Body": io.BytesIO(self.response.encode()), "ContentType": "application/json"}

    def capture(
        self,
        inference_id=INFERENCE,
        encoding="JSON",
        parts=("Input", "Output"),
        folder="staging/test-staging",
    ):
        data = {f"endpoint{part}": {"data": "{}", "encoding": encoding} for part in parts}
        about = {"eventId": "1", "inferenceId": inference_id, "inferenceTime": EVENT["time"]}
        record = {"captureData": data, "eventMetadata": about, "eventVersion": "0"}
        key = f"data-capture/{folder}/AllTraffic/2024/10/10/12/{inference_id}.jsonl"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(record) + "\n")

    def deliver(self, **event):
        with (
            stubbed(handler.store, {"BatchGetRecord": self.rows}),
            stubbed(handler.runtime, {"InvokeEndpoint": self.invoke}),
        ):
            return handler.lambda_handler(EVENT | event, CONTEXT)
