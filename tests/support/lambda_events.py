"""Events that functions receive, and the lines that they print."""

import json
from contextlib import contextmanager

import boto3
from moto import mock_aws

from tests.support.lambda_context import REQUEST_ID

BUCKET = "test-123456789012-eu-west-1"
LOG_KEYS = {  # that Powertools adds to every line
    "cold_start",
    "function_arn",
    "function_memory_size",
    "function_name",
    "function_request_id",
    "level",
    "location",
    "service",
    "timestamp",
}


@contextmanager
def bucket():
    """Yield an S3 client with the data bucket in moto."""
    with mock_aws():
        client = boto3.client("s3")
        place = {"LocationConstraint": "eu-west-1"}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        yield client


def created(key, time="2024-10-10T01:00:00Z"):
    """Return S3's event about a new object."""
    detail = {"version": "0", "bucket": {"name": BUCKET}, "object": {"key": key}}
    return {"source": "aws.s3", "detail-type": "Object Created", "time": time, "detail": detail}


def objects(s3):
    """Return all objects of the bucket by key."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def printed(capsys):
    """Return (metrics, log lines) printed since the last call, after checking their form.

    A metric's list of one value becomes the value; of a log line Powertools' own keys are removed.
    """
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [line for line in lines if "_aws" in line]
    for line in metrics:
        check(line)
    logged = [check_log_line(line) for line in lines if "_aws" not in line]
    return [
        {k: v[0] if isinstance(v, list) else v for k, v in line.items()} for line in metrics
    ], [{key: value for key, value in line.items() if key not in LOG_KEYS} for line in logged]


def check_log_line(line):
    """Fail unless a line can be filtered by request, level, function and cold start."""
    assert set(line) >= LOG_KEYS | {"message"}
    assert line["function_request_id"] == REQUEST_ID
    assert line["level"] in {"INFO", "WARNING"}
    assert line["service"] == "test-function"
    assert isinstance(line["cold_start"], bool)
    assert line["timestamp"].endswith("+00:00")
    return line


def check(line):
    """Fail unless a line obeys the specification of the Embedded Metric Format."""
    assert set(line["_aws"]) == {"Timestamp", "CloudWatchMetrics"}
    assert type(line["_aws"]["Timestamp"]) is int
    assert 10**12 < line["_aws"]["Timestamp"] < 10**13, "milliseconds"
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert 0 < len(directive["Namespace"]) <= 1024
        assert directive["Dimensions"]
        for dimensions in directive["Dimensions"]:
            assert len(dimensions) <= 30
            assert all(isinstance(line[name], str) and line[name] for name in dimensions)
        assert 0 < len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert set(metric) <= {"Name", "Unit", "StorageResolution"}
            assert metric["Unit"] in {"None", "Count"}
            assert [type(value) for value in line[metric["Name"]]] == [float]
