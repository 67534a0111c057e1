"""Events that functions get, and what they print."""

import json
from contextlib import contextmanager

import boto3
from moto import mock_aws

BUCKET = "test-123456789012-eu-west-1"


@contextmanager
def bucket():
    """Give an S3 client, with the data bucket in moto."""
    with mock_aws():
        client = boto3.client("s3")
        place = {"LocationConstraint": "eu-west-1"}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        yield client


def created(key, time="2024-10-10T01:00:00Z"):
    """Make the event by which S3 says that there is a new object."""
    detail = {"version": "0", "bucket": {"name": BUCKET}, "object": {"key": key}}
    return {"source": "aws.s3", "detail-type": "Object Created", "time": time, "detail": detail}


def objects(s3):
    """Read everything that is in the bucket, by key."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def printed(capsys):
    """Read what was printed since the last reading -> (metrics, log lines), well formed."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [line for line in lines if "_aws" in line]
    for line in metrics:
        check(line)
    return metrics, [line for line in lines if "_aws" not in line]


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
            assert type(line[metric["Name"]]) in {int, float}
