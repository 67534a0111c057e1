"""Production is stopped and started by schedule."""

import json

import boto3
import pytest
from moto import mock_aws

from production_switch import handler
from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import Account

NAME, ALARM = "test-production", "test-production-unmonitored"
PARAMETER = "/test/operations/stopped"
CONFIG = "test-production-v3-split-v4-2000"


class Production:
    def __init__(self):
        self.account, self.muted = Account(), []
        self.account.configs[CONFIG] = {}
        self.serve()

    def serve(self, status="InService", config=CONFIG):
        found = {"EndpointConfigName": config, "EndpointStatus": status}
        self.account.endpoints[NAME] = found

    def mute(self, AlarmNames):  # noqa: N803
        self.muted += AlarmNames

    def unmute(self, AlarmNames):  # noqa: N803
        self.muted = [name for name in self.muted if name not in AlarmNames]

    def switch(self, action):
        event = {"action": action, "time": "2024-10-10T20:00:00Z", "id": "1"}
        alarms = {"DisableAlarmActions": self.mute, "EnableAlarmActions": self.unmute}
        with (
            stubbed(handler.sagemaker, self.account.operations()),
            stubbed(handler.cloudwatch, alarms),
        ):
            return handler.lambda_handler(event, CONTEXT)["step"]

    def remembered(self):
        found = boto3.client("ssm").get_parameters(Names=[PARAMETER])["Parameters"]
        return json.loads(found[0]["Value"]) if found else None


@pytest.fixture
def production(monkeypatch):
    monkeypatch.setenv("MUTED_ALARMS", json.dumps([ALARM]))
    monkeypatch.setenv("PREFIX", "test")
    monkeypatch.setenv("STOPPED_PARAMETER", PARAMETER)
    with mock_aws():
        yield Production()


def test_stopped_endpoint_is_remembered_with_muted_alarms(production):
    assert production.switch("stop") == "delete"
    assert production.account.endpoints == {}
    assert production.remembered() == {"config": CONFIG, "since": "2024-10-10T20:00:00Z"}
    assert production.muted == [ALARM]
    assert production.switch("stop") == "nothing"
    assert production.remembered()["config"] == CONFIG


def test_started_endpoint_serves_what_it_served(production):
    production.switch("stop")
    assert production.switch("start") == "create"
    assert production.account.endpoints[NAME]["EndpointConfigName"] == CONFIG
    assert (production.muted, production.remembered()) == ([], None)
    assert production.switch("start") == "nothing"


def test_version_that_was_deployed_meanwhile_stays(production):
    production.switch("stop")
    production.serve(config="test-production-v5")
    assert production.switch("start") == "nothing"
    assert production.account.endpoints[NAME]["EndpointConfigName"] == "test-production-v5"
    assert (production.muted, production.remembered()) == ([], None)


@pytest.mark.parametrize(("action", "status"), [("stop", "Updating"), ("stop", "Creating")])
def test_busy_endpoint_is_left_alone(production, action, status):
    production.serve(status)
    with pytest.raises(handler.EndpointNotReadyError, match="busy"):
        production.switch(action)
    assert production.remembered() is None


def test_endpoint_that_is_still_being_deleted_is_started_later(production):
    production.switch("stop")
    production.serve("Deleting")
    with pytest.raises(handler.EndpointNotReadyError, match="deleted"):
        production.switch("start")


def test_endpoint_that_was_never_stopped_is_not_started(production):
    production.account.endpoints.clear()
    assert production.switch("start") == "nothing"
    assert production.account.endpoints == {}
