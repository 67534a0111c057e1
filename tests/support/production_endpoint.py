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

EVENT = {"time": "2024-10-10T06:00:00Z", "stage": "production"}
FIRST = times.parse("2024-10-10T00:25:00Z")  # of the older context; truth begins at 04:55
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3"
NAME = "/test/quality/threshold"
ALARM_ENVIRONMENT = {
    "DATAPOINTS_TO_ALARM": "2",
    "EVALUATION_PERIODS": "3",
    "RELEASE_PERIODS": "3",
    "RELEASE_RATIO": "0.9",
    "SMOOTHING_FACTOR": "0.5",
    "WINDOWS_PER_READING": "2",
}
ENVIRONMENT = {
    **ALARM_ENVIRONMENT,
    "BUCKET": BUCKET,
    "FEATURE_GROUP_NAME": "test-minutes",
    "FORECAST_SAMPLES": "200",
    "HISTORY_MINUTES": "270",
    "LAG_MINUTES": "5",
    "METRICS": json.dumps(["calibration", "coverage", "mase", "mean_wql", "pit", "rmse"]),
    "PREDICTION_LENGTH": "30",
    "PREFIX": "test",
    "THRESHOLD_PARAMETERS": json.dumps({"production": NAME, "staging": f"{NAME}-staging"}),
}
THRESHOLD = {
    "value": 1.2,
    "typical": 1.0,
    "set_by": ARN,
    "end_time": "2024-10-10T04:55:00Z",
    "reference_wql": 0.1,
}


class Production:
    """An endpoint that forecasts 90, 100, 110, and rows with fees of 95 and 105 in turn.

    The reference forecasts 95, 100, 105: its loss is two thirds of the endpoint's.
    """

    def __init__(self, s3):
        self.s3, self.ssm, self.store = s3, boto3.client("ssm"), feature_store.FeatureStore()
        self.status, self.requests = "InService", []
        self.quantiles = {"0.1": [90.0] * 30, "0.5": [100.0] * 30, "0.9": [110.0] * 30}
        for number, minute in enumerate(times.minutes(FIRST, 330 + 24 * 60)):
            fee = 105.0 if number % 2 else 95.0
            self.store.rows[minute] = {"tx_minute": minute, "avg_fee_1min": str(fee)}

    def threshold(self, name=NAME, **values):
        text = json.dumps(THRESHOLD | values)
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
            "EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{EndpointName}",
            "EndpointConfigName": f"{EndpointName}-v3",
            "EndpointStatus": self.status,
            "ProductionVariants": [{"VariantName": "AllTraffic"}],
            "CreationTime": then,
            "LastModifiedTime": then,
        }

    def invoke(self, **request):
        self.requests.append(request)
        forecast = {"quantiles": self.quantiles, "mean": [100.0] * 30}
        return {"Body": io.BytesIO(json.dumps({"predictions": [forecast]}).encode())}

    def measure(self, hour=6, **event):
        time = f"2024-10-10T{hour:02}:00:00Z"
        with (
            stubbed(handler.sagemaker, {"DescribeEndpoint": self.describe}),
            stubbed(handler.runtime, {"InvokeEndpoint": self.invoke}),
            feature_store.stubbed(handler.store, "BatchGetRecord", self.store.batch),
        ):
            return handler.lambda_handler(EVENT | {"time": time} | event, CONTEXT)

    def results(self):
        return {key: json.loads(body) for key, body in objects(self.s3).items()}
