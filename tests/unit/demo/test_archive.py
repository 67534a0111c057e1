import gzip
import json

import boto3
import pytest
from moto import mock_aws

from demo import archive
from demo.stream import iso

BUCKET = "bucket"
MINUTE = 1_728_518_400


@pytest.fixture
def s3(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        client.create_bucket(Bucket=BUCKET)
        yield client


def put(s3, key, *details):
    lines = [
        json.dumps({"id": f"{key}-{n}", "detail": detail}) for n, detail in enumerate(details)
    ]
    s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress("\n".join(lines).encode()))


def received(*numbers):
    return {
        "transactions": [{"hash": f"{n:064x}", "time": MINUTE + 30 * n, "fee": n} for n in numbers]
    }


def test_a_transaction_archived_twice_is_one(s3):
    put(s3, "raw/2024/10/10/00/a", received(0, 1, 2), received(2))
    put(s3, "raw/2024/10/10/00/b", received(1, 3))
    assert archive.archived(s3, BUCKET, iso) == archive.Archived(
        4, {"2024-10-10T00:00:00Z", "2024-10-10T00:01:00Z"}
    )


def test_what_was_set_aside_is_counted_record_by_record(s3):
    put(s3, "set-aside/2024/10/10/00/a", {"rejected": [{}, {}]}, {"rejected": [{}]})
    assert archive.set_aside(s3, BUCKET) == 3


def test_the_aggregators_minutes_are_its_folders(s3):
    for key in ("minutes/2024-10-10T00:00:00Z/a.json", "minutes/2024-10-10T00:00:00Z/b.json"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"[]")
    assert archive.aggregated(s3, BUCKET) == {"2024-10-10T00:00:00Z"}
