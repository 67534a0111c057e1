"""The event of `make deploy ARGS=--retrain` is the one that the deployed rule waits for."""

import json
from types import SimpleNamespace

import pytest

from scripts.deploy import code_change
from scripts.deploy.runner import DeployError

TARGET = SimpleNamespace(prefix="evergreen", image_tag="1a2b3c4")


class Events:
    """EventBridge that takes or refuses the entry."""

    def __init__(self, error=None):
        self._error, self.sent = error, []

    def put_events(self, Entries):  # noqa: N803 - as in boto3
        self.sent += Entries
        entry = {"ErrorCode": self._error, "ErrorMessage": "later"} if self._error else {}
        return {"FailedEntryCount": int(bool(self._error)), "Entries": [entry]}


def test_event_names_the_revision():
    events = Events()
    code_change.announce(events, TARGET)
    (entry,) = events.sent
    assert (entry["EventBusName"], entry["Source"]) == ("evergreen", "evergreen.delivery")
    assert entry["DetailType"] == "Code Changed"
    assert json.loads(entry["Detail"]) == {"revision": "1a2b3c4"}


def test_event_that_was_not_taken_is_told():
    with pytest.raises(DeployError, match="was not sent: ThrottlingException: later"):
        code_change.announce(Events("ThrottlingException"), TARGET)
