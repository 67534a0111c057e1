"""What a step puts on record."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber

from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps import decisions

TIME = datetime(2024, 10, 10, tzinfo=UTC)


def recorded(answer):
    """Record something on a bus that answers so -> the request."""
    events = boto3.client(
        "events", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    seen = []
    events.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: seen.append(params)
    )
    with Stubber(events) as stub:
        stub.add_response("put_events", answer, {"Entries": ANY})
        decisions.record(events, "evergreen", "Training Data Rejected", TIME, reason="old")
    return seen[0]["Entries"]


def test_event_has_the_shape_of_the_loops_events():
    (entry,) = recorded({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
    assert json.loads(entry.pop("Detail")) == {"version": "1", "reason": "old"}
    assert entry == {
        "EventBusName": "evergreen",
        "Source": "evergreen.loop",
        "DetailType": "Training Data Rejected",
        "Time": TIME,
    }


def test_refused_event_fails_the_step():
    refused = {"ErrorCode": "Throttling", "ErrorMessage": "too fast"}
    with pytest.raises(JobError, match="was not recorded: too fast"):
        recorded({"FailedEntryCount": 1, "Entries": [refused]})
