import pytest

from local import faults
from local.faults import Faulty

WRITE, READ = "s3:PutObject", "s3:GetObject"


@pytest.fixture(autouse=True)
def none_left():
    yield
    faults.replace([])


def taken(*actions):
    """Return for each request of a role whether a fault applied to it."""
    return [faults.take(Faulty("s3", "any", "role", action)) is not None for action in actions]


def test_skip_and_times_count_all_requests():
    faults.replace([{"caller": "role", "skip": 1, "times": 2, "status": 500}])
    assert taken(WRITE, READ, WRITE, READ) == [False, True, True, False]


def test_each_action_has_a_count_of_its_own():
    faults.replace([{"caller": "role", "skip": 1, "each_action": True, "status": 500}])
    assert taken(WRITE, READ, READ, WRITE, WRITE) == [False, False, True, True, False]
    (fault,) = faults.pending()
    assert fault["seen"] == {WRITE: 3, READ: 2}
    assert faults.take(Faulty("s3", "any", "other", WRITE)) is None
