"""How often the loop trains by itself, and what a training is told of its reason. Pure."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrain_trigger import guards, requests
from tests.unit.functions.trainings import ALARM, NOW, WHY, event


@pytest.mark.parametrize("reason", [WHY, "été «quoted», x\ny", "!" * 9, "a" * 2000])
def test_reason_is_one_that_a_model_package_takes(reason):
    told = requests.parse(event("evergreen.cli", reason=reason)).told
    assert re.fullmatch(r"[\w .:/=+@-]{1,256}", told)


def test_request_names_are_taken_by_sagemaker():
    request = requests.parse(ALARM)
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}", request.name)
    assert request.name != requests.parse(event(number="e-2")).name


@given(
    gaps=st.lists(st.integers(1, 40), max_size=40),
    cooldown=st.integers(0, 30),
    cap=st.integers(1, 5),
)
def test_however_often_the_alarm_rings_cooldown_and_cap_hold(gaps, cooldown, cap):
    policy, now, starts = guards.Policy(timedelta(hours=cooldown), cap), NOW, []
    for gap in gaps:
        now += timedelta(hours=gap)
        request = requests.Request(str(now), now, "alarm", manual=False)
        ran = [guards.Execution(start, "Succeeded", "", "") for start in starts]
        if guards.refusal(request, ran, policy) is None:
            starts.append(now)
    assert all(b - a >= policy.cooldown for a, b in pairwise(starts))
    assert all(b - a >= guards.DAY for a, b in zip(starts, starts[cap:], strict=False))
