"""Autoscaling follows the endpoint."""

import json

import pytest

from endpoint_scaler import handler
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import Account

SETTINGS = {
    "invocations_per_instance": 750,
    "max_capacity": 10,
    "min_capacity": 2,
    "scale_in_cooldown_seconds": 600,
    "scale_out_cooldown_seconds": 300,
}
RESOURCE = "endpoint/test-production/variant/AllTraffic"


@pytest.fixture
def account(monkeypatch):
    monkeypatch.setenv("AUTOSCALING", json.dumps(SETTINGS))
    monkeypatch.setenv("ENDPOINT_NAME", "test-production")
    monkeypatch.setenv("VARIANT_NAME", "AllTraffic")
    account = Account()
    account.endpoints["test-production"] = {
        "EndpointConfigName": "test-production-v3",
        "EndpointStatus": "InService",
    }
    return account


def deliver(account, event):
    with (
        stubbed(handler.sagemaker, account.operations()),
        stubbed(handler.scaling, account.scaling_operations()),
    ):
        return handler.lambda_handler(event, CONTEXT)["result"]


def state(status):
    return {"detail": {"EndpointName": "test-production", "EndpointStatus": status}}


@pytest.mark.parametrize(
    "event",
    [state("IN_SERVICE"), state("InService"), {"tf": {"action": "create"}}],
    ids=["event", "spelled as in the API", "terraform"],
)
def test_serving_endpoint_is_registered_again_and_again_as_the_same(account, event):
    assert [deliver(account, event) for _ in range(2)] == ["registered"] * 2
    [(resource, found)] = account.scalable.items()
    assert (resource, found["MinCapacity"], found["MaxCapacity"]) == (RESOURCE, 2, 10)
    tracking = account.policies[RESOURCE]["TargetTrackingScalingPolicyConfiguration"]
    assert (tracking["TargetValue"], tracking["ScaleInCooldown"]) == (750, 600)


@pytest.mark.parametrize("event", [state("DELETING"), {"tf": {"action": "delete"}}])
def test_end_of_the_endpoint_or_of_the_option_deregisters_it(account, event):
    deliver(account, state("IN_SERVICE"))
    assert deliver(account, event) == "deregistered"
    assert account.scalable == {}
    assert deliver(account, event) == "absent"


def test_before_the_first_deployment_there_is_nothing_to_register(account):
    account.endpoints.clear()
    assert deliver(account, {"tf": {"action": "create"}}) == "absent"


def test_refused_registration_is_retried(account):
    def refuse(**_):
        raise CallError("ValidationException", "burstable")

    operations = account.scaling_operations() | {"RegisterScalableTarget": refuse}
    account.scaling_operations = lambda: operations
    with pytest.raises(handler.scaling.exceptions.ClientError, match="burstable"):
        deliver(account, state("IN_SERVICE"))
