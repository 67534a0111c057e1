"""A monitoring job in a folder and moto, for the unit tests of its analyses."""

import json

import boto3
import pytest

from sagemaker_pipelines.jobs import monitor
from tests.support.lambda_events import BUCKET

NOW = "2024-01-09T00:05:00Z"  # 8 days after the stream's beginning, and 5 minutes of lag
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/3"
FOLDER = "test-production/AllTraffic/2024/01/08/12"
ARGUMENTS = {
    "bucket": BUCKET,
    "endpoint": "test-production",
    "event-bus": "test",
    "namespace": "Evergreen/test",
    "now": NOW,
    "package": PACKAGE,
    "stage": "production",
    "variant": "AllTraffic",
    "window-hours": "24",
}


class MonitoringJob:
    """Runs the job, and returns what it has written."""

    def __init__(self, s3, base, arguments):
        self.s3, self.base, self.arguments = s3, base, ARGUMENTS | arguments
        self.baseline = base / "processing/baseline"
        self.baseline.mkdir(parents=True)
        boto3.client("events").create_event_bus(Name="test")

    def put(self, name, *records, folder=FOLDER, file="a.jsonl"):
        body = "".join(f"{json.dumps(record)}\n" for record in records)
        self.s3.put_object(Bucket=BUCKET, Key=f"{name}/{folder}/{file}", Body=body)

    def run(self, *analyses, code=None):
        options = [w for name, value in self.arguments.items() for w in (f"--{name}", value)]
        options += [word for name in analyses for word in ("--analysis", name)]
        if code is None:
            monitor.main(options)
        else:
            with pytest.raises(SystemExit, match=code):
                monitor.main(options)

    def report(self, name):
        return (self.base / "processing/report" / name).read_text()

    def document(self, name):
        return json.loads(self.report(name))

    def metrics(self, name):
        found = boto3.client("cloudwatch").list_metrics(
            Namespace="Evergreen/test", MetricName=name
        )
        return {
            tuple(d["Value"] for d in metric["Dimensions"]): self._value(metric)
            for metric in found["Metrics"]
        }

    def _value(self, metric):
        [point] = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="Evergreen/test",
            MetricName=metric["MetricName"],
            Dimensions=metric["Dimensions"],
            StartTime="2024-01-08T23:00:00Z",
            EndTime="2024-01-09T01:00:00Z",
            Period=3600,
            Statistics=["Maximum"],
        )["Datapoints"]
        return point["Maximum"]
