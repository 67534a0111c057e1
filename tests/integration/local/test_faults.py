"""Fault injection: exactly the requested number of matching requests fail or are late."""

import urllib.error

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

pytestmark = pytest.mark.integration

BUCKET = "faulty"


@pytest.fixture(scope="module")
def s3(aws):
    client = aws.client("s3")
    location = {"LocationConstraint": "eu-west-1"}
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    return client


@pytest.fixture
def inject(aws):
    yield lambda *faults: aws.post("faults", faults=faults)["faults"]
    aws.post("faults", faults=[])


def put(s3, key):
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")


def keys(s3):
    return {item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown")])
def test_requested_number_of_matching_requests_fails_without_effect(s3, inject, status, code):
    inject({"service": "s3", "operation": f"PUT /{BUCKET}/bad", "status": status, "times": 2})
    put(s3, "good")
    for _ in range(2):
        with pytest.raises(ClientError, match=code) as refused:
            put(s3, f"bad-{status}")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert f"bad-{status}" not in keys(s3)
    put(s3, f"bad-{status}")
    assert {"good", f"bad-{status}"} <= keys(s3)


def test_lost_response_is_an_error_after_the_request_was_carried_out(s3, inject):
    inject({"service": "s3", "operation": "/lost", "status": 500, "after": True})
    with pytest.raises(ClientError, match="InternalError"):
        put(s3, "lost")
    assert "lost" in keys(s3)


def test_late_response_exceeds_the_timeout_of_its_client(aws, s3, inject):
    put(s3, "slow")
    inject({"service": "s3", "operation": "GET .*/slow", "seconds": 1.0})
    with pytest.raises(ReadTimeoutError):
        aws.client("s3", read_timeout=0.2).get_object(Bucket=BUCKET, Key="slow")


def test_late_response_is_the_usual_one(s3, inject):
    inject({"service": "s3", "operation": "/late", "seconds": 0.2})
    put(s3, "late")
    assert "late" in keys(s3)


def test_error_has_the_format_of_the_service(aws, inject):
    inject({"service": "ssm", "status": 500})
    ssm = aws.client("ssm")
    with pytest.raises(ClientError, match="InternalError"):
        ssm.describe_parameters()
    ssm.describe_parameters()


@pytest.mark.parametrize(
    "fault", [{}, {"service": "s3", "often": 3}, {"service": "s3", "operation": "("}]
)
def test_invalid_fault_is_rejected(inject, fault):
    with pytest.raises(urllib.error.HTTPError, match="400"):
        inject(fault)
