"""The policies of the deployer, which `make test-deployment` enforces."""

import json

import pytest

from scripts import policies

POLICIES = policies.deployer()
MAX_CHARACTERS = 6144  # of a managed policy, without white space
EVERY_RESOURCE = {
    # Their actions take no resource, or one whose name AWS chooses.
    *("CheckStateMachine", "CreateFlink", "CreateKey", "CreateSourcesOfFunctions"),
    *(
        "ListParameters",
        "ListTasks",
        "LogDeliveryOfTheAccount",
        "MetricsOfThePoller",
        "PolicyOfBus",
        "Quotas",
        "ReadNetwork",
    ),
    *("SignInToImages", "Subscriptions", "TasksOfThePoller"),
}


@pytest.mark.parametrize("name", POLICIES)
def test_policy_fits_into_a_managed_policy(name):
    assert len("".join(POLICIES[name].split())) <= MAX_CHARACTERS


@pytest.mark.parametrize("name", POLICIES)
def test_actions_are_enumerated_and_resources_are_named(name):
    for statement in json.loads(POLICIES[name])["Statement"]:
        assert not [action for action in statement["Action"] if "*" in action]
        assert statement["Action"] == sorted(set(statement["Action"]))
        assert ("*" in statement["Resource"]) == (statement["Sid"] in EVERY_RESOURCE)


def test_no_policy_has_placeholders_left():
    assert not [
        word for word in ("ACCOUNT", "DATABASE", "REGION", "PREFIX") if word in str(POLICIES)
    ]
