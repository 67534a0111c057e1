"""Which invocations are captured."""

import pytest

from local.sagemaker.hosting.capture import is_sampled


@pytest.mark.parametrize(("percentage", "expected"), [(0, 0), (80, 800), (100, 1000)])
def test_share_of_the_requests_is_captured(percentage, expected):
    found = sum(is_sampled(f"request-{number}", percentage) for number in range(1000))
    assert found == pytest.approx(expected, abs=40 if 0 < percentage < 100 else 0)


def test_same_requests_are_captured_every_time_and_at_every_higher_percentage():
    ids = [f"request-{number}" for number in range(200)]
    some, more = ({i for i in ids if is_sampled(i, share)} for share in (30, 60))
    assert some < more
    assert some == {i for i in ids if is_sampled(i, 30)}
