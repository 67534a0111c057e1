"""Limits on trainings, names and reasons of executions."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from common.training_workflow.execution import Execution
from retrain_trigger import guards
from retrain_trigger.training_events import TrainingEvent
from retrain_trigger.training_request import TrainingRequest
from tests.support.training_loop import ALARM, CHECK, MANUAL, NOW, SCHEDULE, STATE_REASON

parse = TypeAdapter(TrainingEvent).validate_python


def request(reason="alarm", number="e-1", time=NOW):
    return TrainingRequest(number, time, reason, trigger="check")


@pytest.mark.parametrize("reason", [STATE_REASON, "été «quoted», x\ny", "!" * 9, "a" * 2000])
def test_stored_reason_is_accepted_by_a_model_package(reason):
    assert re.fullmatch(r"[\w .:/=+@-]{1,256}", request(reason).stored_reason)


def test_execution_names_are_accepted_by_sagemaker_and_differ():
    name = request().execution_name
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}", name)
    assert name != request(number="e-2").execution_name


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ALARM, f"alarm test-production-loss: {STATE_REASON}"),
        (SCHEDULE, "schedule"),
        (MANUAL, "first model"),
        (MANUAL | {"detail": {}}, "requested manually"),
    ],
)
def test_event_has_the_reason_of_the_training(event, reason):
    assert parse(event).reason == reason


@pytest.mark.parametrize(
    "event", [CHECK | {"source": "aws.ec2"}, CHECK | {"time": "noon"}, ALARM | {"detail": {}}]
)
def test_other_events_are_invalid(event):
    with pytest.raises(ValidationError):
        parse(event)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"cooldown_hours": "six"}, "a valid number"),
        ({"cooldown_hours": "nan"}, "a finite number"),
        ({"cooldown_hours": "1e9"}, "less than or equal to 8760"),
        ({"cooldown_hours": "-1"}, "greater than or equal to 0"),
        ({"daily_cap": "1.5"}, "a valid integer"),
        ({"daily_cap": "97"}, "less than or equal to 96"),
    ],
)
def test_bad_policy_is_reported_with_its_value(policy, expected):
    [(name, value)] = policy.items()
    with pytest.raises(guards.PolicyError, match=f"^{name}: got '{value}', expected {expected}$"):
        guards.Policy.parse({"cooldown_hours": "6", "daily_cap": "3", **policy})


def test_longest_cooldown_works():
    policy = guards.Policy.parse({"cooldown_hours": "8760", "daily_cap": "96"})
    assert guards.refusal(request(), None, [], [], policy, 30) is None


def test_token_depends_only_on_pipeline_and_predecessor():
    token = guards.start_token("test-training", "arn-1")
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    assert token == guards.start_token("test-training", "arn-1")
    others = {guards.start_token("test-training", "arn-2"), guards.start_token("other", "arn-1")}
    assert len(others | {token}) == 3


@given(
    gaps=st.lists(st.integers(1, 40), max_size=40),
    cooldown=st.integers(0, 30),
    cap=st.integers(1, 5),
)
def test_cooldown_and_cap_hold_for_any_requests(gaps, cooldown, cap):
    policy, now, starts = guards.Policy(cooldown_hours=cooldown, daily_cap=cap), NOW, []
    for gap in gaps:
        now += timedelta(hours=gap)
        ran = [Execution(start, "Succeeded", "automatic", "") for start in reversed(starts)]
        if guards.refusal(request(time=now), None, ran, [], policy, 30) is None:
            starts.append(now)
    assert all(b - a >= policy.cooldown for a, b in pairwise(starts))
    assert all(b - a >= guards.DAY for a, b in zip(starts, starts[cap:], strict=False))
