import boto3
import pytest
from moto import mock_aws

from demo import features

BUCKET = "bucket"


@pytest.fixture
def s3(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        client.create_bucket(Bucket=BUCKET)
        yield client


def test_aggregators_minutes_are_its_folders(s3):
    for key in ("minutes/2024-10-10T00:00:00Z/a.json", "minutes/2024-10-10T00:00:00Z/b.json"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"[]")
    assert features.aggregated(s3, BUCKET) == {"2024-10-10T00:00:00Z"}
