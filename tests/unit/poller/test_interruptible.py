"""Blocking calls that a stop or a deadline ends."""

from threading import Event

import pytest

from poller import interruptible
from poller.interruptible import OverdueError, StoppedError


def test_result_is_returned_and_error_is_raised():
    assert interruptible.call(lambda: 5, Event()) == 5
    with pytest.raises(ZeroDivisionError):
        interruptible.call(lambda: 1 / 0, Event())


def test_overdue_call_is_aborted():
    aborted = Event()
    with pytest.raises(OverdueError, match=r"more than 0\.1 s"):
        interruptible.call(lambda: aborted.wait(10), Event(), 0.1, abort=aborted.set)
    assert aborted.is_set()


def test_stopped_call_is_aborted():
    stop, aborted = Event(), Event()
    stop.set()
    with pytest.raises(StoppedError):
        interruptible.call(lambda: aborted.wait(10), stop, abort=aborted.set)
    assert aborted.is_set()


def test_call_that_ends_in_the_grace_period_is_not_stopped():
    stop = Event()
    stop.set()
    assert interruptible.call(lambda: Event().wait(0.3), stop, grace=30) is False
