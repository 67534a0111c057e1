"""Production and training in two accounts: one asks, the other decides."""

import json
from datetime import timedelta

import pytest

from common import monitoring_results, times
from retrain_trigger import handler
from tests.support.lambda_context import CONTEXT
from tests.support.training_loop import ALARM, CHECK, DRIFT, MANUAL, NOW, PACKAGE, SETTINGS, Loop

TRAINING, PRODUCTION = "123456789012", "210987654321"
BREACH_SINCE = NOW - timedelta(hours=9)
FIRST_WINDOW = "2024-10-10T02:00:00Z"


@pytest.fixture
def production(monkeypatch):
    """The account of production, which is in breach."""
    for name, value in {**SETTINGS, "TRAINING_ACCOUNT": TRAINING}.items():
        monkeypatch.setenv(name, value)
    loop = Loop()
    loop.in_alarm = True
    for time in (BREACH_SINCE, NOW - timedelta(hours=1)):
        loop.results[monitoring_results.key("production", time)] = {
            "time": times.iso(time),
            "package_arn": PACKAGE["ModelPackageArn"],
            "breach": True,
            "breach_since": times.iso(BREACH_SINCE),
            "relative_loss": 1.5,
            "threshold": 1.2,
            "windows": [{"first_minute": FIRST_WINDOW}],
        }
    return loop


@pytest.fixture
def training(monkeypatch):
    """The account that trains."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    return Loop()


def deliver(loop, event):
    with loop.stubbed(ssm=True):
        return handler.lambda_handler(event, CONTEXT)


def requests(loop):
    return [json.loads(entry["Detail"]) for entry in loop.decisions]


def requested(trigger="check", since=FIRST_WINDOW, number="r-1"):
    """Return the event as the account that trains receives it."""
    return {
        "id": number,
        "source": "evergreen.production",
        "detail-type": "Better Model Requested",
        "account": PRODUCTION,
        "time": "2024-10-10T12:00:00Z",
        "detail": {"version": "1", "trigger": trigger, "reason": "a breach", "since": since},
    }


@pytest.mark.parametrize(("event", "trigger"), [(ALARM, "alarm"), (CHECK, "check")])
def test_production_in_breach_asks_with_the_time_since_when_the_data_are_new(
    production, event, trigger
):
    response = deliver(production, event)
    assert (response["started"], response["requested_from"]) == (False, TRAINING)
    (entry,) = production.decisions
    assert (entry["Source"], entry["DetailType"]) == (
        "evergreen.production",
        "Better Model Requested",
    )
    (detail,) = requests(production)
    assert (detail["trigger"], detail["since"]) == (trigger, FIRST_WINDOW)
    assert detail["reason"].startswith("alarm test-production-loss: Threshold Crossed")
    assert production.started == []


def test_production_that_needs_no_better_model_does_not_ask(production):
    production.in_alarm = False
    assert "requested_from" not in deliver(production, CHECK)
    assert production.decisions == []


def test_production_without_a_version_waits_for_the_first_one(production):
    production.versions = []
    assert deliver(production, CHECK)["reason"] == "no version has been promoted"
    assert production.decisions == []


@pytest.mark.parametrize("event", [ALARM, CHECK], ids=["alarm", "check"])
def test_production_does_not_ask_while_a_version_is_being_deployed(production, event):
    production.deployments = ["model-2-1a2b3c4d"]
    assert deliver(production, event)["reason"] == "the deployment model-2-1a2b3c4d has not ended"
    assert production.decisions == []


@pytest.mark.parametrize(("event", "trigger"), [(MANUAL, "command"), (DRIFT, "drift")])
def test_persons_and_drifts_ask_as_well(production, event, trigger):
    production.in_alarm = False
    production.deployments = ["model-2-1a2b3c4d"]
    deliver(production, event)
    (detail,) = requests(production)
    assert (detail["trigger"], detail["since"]) == (trigger, None)


def test_request_that_the_bus_does_not_accept_fails_the_invocation(production):
    production.failed = 1
    with pytest.raises(RuntimeError, match="Better Model Requested was not recorded"):
        deliver(production, CHECK)


def test_what_production_sends_is_what_the_other_account_reads(production, training):
    deliver(production, ALARM)
    (detail,) = requests(production)
    # The fixtures share the environment: what follows is the account that trains.
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRAINING_ACCOUNT")
        response = deliver(training, {**requested(), "detail": detail})
    assert response["started"]


@pytest.mark.parametrize("trigger", ["alarm", "check", "command", "drift"])
def test_request_starts_a_training_that_names_the_account(training, trigger):
    assert deliver(training, requested(trigger))["started"]
    (request,) = training.started
    passed = {item["Name"]: item["Value"] for item in request["PipelineParameters"]}
    assert passed["Trigger"] == "production"
    assert passed["Reason"] == f"account {PRODUCTION}: a breach"
    assert training.detail_types() == ["Retraining Started"]


def test_redelivered_request_starts_one_training(training):
    first, second = deliver(training, requested()), deliver(training, requested())
    assert first == second
    assert len(training.started) == 1


def test_judged_windows_are_those_after_the_beginning_of_the_breach(training):
    late = deliver(training, requested(since="2024-10-10T11:00:00Z"))
    assert "judged windows are older than 2024-10-10T11:00:00Z" in late["reason"]
    assert training.started == []


@pytest.mark.parametrize("trigger", ["alarm", "check", "command", "drift"])
def test_requests_of_the_other_account_respect_the_cooldown(training, trigger):
    training.add_execution(1)
    assert not deliver(training, requested(trigger))["started"]
    assert training.started == []


def test_request_waits_while_a_version_waits_for_approval(training):
    training.approval = "PendingManualApproval"
    assert deliver(training, requested())["reason"] == "version 1 waits for approval"


@pytest.mark.parametrize(
    ("trigger", "recorded"), [("check", []), ("alarm", ["Retraining Skipped"])]
)
def test_refused_check_is_not_recorded_because_it_comes_again(training, trigger, recorded):
    training.add_execution(1, "Executing")
    deliver(training, requested(trigger))
    assert training.detail_types() == recorded
