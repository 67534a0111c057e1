"""A production endpoint and the minute rows that it is measured with."""

import io
import json

import boto3

from common import times
from monitoring_collector import handler
from tests.support import fake_feature_store as feature_store
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, objects

EVENT = {"time": "2024-10-10T06:00:00Z"}
FIRST = times.parse("2024-10-10T00:55:00Z")  # of context; truth begins at 05:25
ENVIRONMENT = {
    "BUCKET": BUCKET,
    "ENDPOINT_NAME": "test-production",
    "FEATURE_GROUP_NAME": "test-minutes",
    "FORECAST_SAMPLES": "200",
    "HISTORY_MINUTES": "270",
    "LAG_MINUTES": "5",
    "PREDICTION_LENGTH": "30",
    "STAGE": "production",
    "THRESHOLD_PARAMETER": "/test/quality/threshold",
}


class Production:
    """An endpoint that forecasts 90, 100, 110, and rows with a fee of 100 in every minute."""

    def __init__(self, s3):
        self.s3, self.ssm, self.store = s3, boto3.client("ssm"), feature_store.FeatureStore()
        self.status, self.requests = "InService", []
        self.quantiles = {"0.1": [90.0] * 30, "0.5": [100.0] * 30, "0.9": [110.0] * 30}
        for minute in times.minutes(FIRST, 300):
            self.store.rows[minute] = {"tx_minute": minute, "avg_fee_1min": "100.0"}

    def threshold(self, value):
        text = json.dumps({"value": value, "set_by": None})
        name = ENVIRONMENT["THRESHOLD_PARAMETER"]
        self.ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)

    def delete_rows(self, first, count):
        for minute in times.minutes(times.parse(first), count):
            del self.store.rows[minute]

    def describe(self, EndpointName):  # noqa: N803
        if self.status is None:
            raise CallError("ValidationException", "Could not find endpoint")
        then = times.parse("2024-10-10T00:00:00Z")
        return {
            "EndpointName": EndpointName,
            "EndpointArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production",
            "EndpointConfigName": "test-production-v3",
            "EndpointStatus": self.status,
            "CreationTime": then,
            "LastModifiedTime": then,
        }

    def invoke(self, **request):
        self.requests.append(request)
        forecast = {"quantiles": self.quantiles, "mean": [100.0] * 30}
        return {"Body": io.BytesIO(json.dumps({"predictions": [forecast]}).encode())}

    def measure(self):
        with (
            stubbed(handler.sagemaker, {"DescribeEndpoint": self.describe}),
            stubbed(handler.runtime, {"InvokeEndpoint": self.invoke}),
            feature_store.stubbed(handler.store, "BatchGetRecord", self.store.batch),
        ):
            return handler.lambda_handler(EVENT, CONTEXT)

    def results(self):
        return {key: json.loads(body) for key, body in objects(self.s3).items()}
