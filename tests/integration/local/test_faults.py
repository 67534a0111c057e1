"""Requests suffer the faults that were asked for, as many of them and no others."""

import time
import urllib.error

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.integration

BUCKET = "faulty"


@pytest.fixture(scope="module")
def s3(aws):
    client = aws.client("s3")
    place = {"LocationConstraint": "eu-west-1"}
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    return client


@pytest.fixture
def plan(aws):
    yield lambda *faults: aws.post("faults", faults=faults)["faults"]
    aws.post("faults", faults=[])


def put(s3, key):
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")


def keys(s3):
    return {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown")])
def test_so_many_matching_requests_are_refused_and_not_carried_out(s3, plan, status, code):
    plan({"service": "s3", "operation": f"PUT /{BUCKET}/bad", "status": status, "times": 2})
    put(s3, "good")
    for _ in range(2):
        with pytest.raises(ClientError, match=code) as refused:
            put(s3, f"bad-{status}")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert f"bad-{status}" not in keys(s3)
    put(s3, f"bad-{status}")
    assert {"good", f"bad-{status}"} <= keys(s3)


def test_lost_answer_is_an_error_of_what_was_done(s3, plan):
    plan({"service": "s3", "operation": "/lost", "status": 500, "after": True})
    with pytest.raises(ClientError, match="InternalError"):
        put(s3, "lost")
    assert "lost" in keys(s3)


def test_late_answer_is_the_requests_own(s3, plan):
    plan({"service": "s3", "operation": "/slow", "seconds": 0.2})
    before = time.monotonic()
    put(s3, "slow")
    assert time.monotonic() - before >= 0.2
    assert "slow" in keys(s3)


def test_other_services_answer_in_their_own_form(aws, plan):
    plan({"service": "ssm", "status": 500})
    ssm = aws.client("ssm")
    with pytest.raises(ClientError, match="InternalError"):
        ssm.describe_parameters()
    ssm.describe_parameters()


@pytest.mark.parametrize(
    "fault", [{}, {"service": "s3", "often": 3}, {"service": "s3", "operation": "("}]
)
def test_what_is_no_fault_is_refused(plan, fault):
    with pytest.raises(urllib.error.HTTPError, match="400"):
        plan(fault)
