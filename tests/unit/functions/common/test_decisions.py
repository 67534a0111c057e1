"""Decision events."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber

from common import decisions

TIME = datetime(2024, 10, 10, tzinfo=UTC)


def recorded(response):
    """Record an event on a bus with this response -> the entries of the request."""
    events = boto3.client(
        "events", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    seen = []
    events.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: seen.append(params)
    )
    with Stubber(events) as stub:
        stub.add_response("put_events", response, {"Entries": ANY})
        decisions.record(events, "evergreen", decisions.TRAINING_DATA_REJECTED, TIME, reason="old")
    return seen[0]["Entries"]


def test_entry_has_bus_source_detail_type_and_version():
    (entry,) = recorded({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
    assert json.loads(entry.pop("Detail")) == {"version": "1", "reason": "old"}
    assert entry == {
        "EventBusName": "evergreen",
        "Source": "evergreen.loop",
        "DetailType": "Training Data Rejected",
        "Time": TIME,
    }


def test_rejected_entry_raises():
    rejected = {"ErrorCode": "Throttling", "ErrorMessage": "too fast"}
    with pytest.raises(decisions.DecisionError, match="was not recorded: too fast"):
        recorded({"FailedEntryCount": 1, "Entries": [rejected]})
