"""The clock: order of timers, settling between them, waits of workers, breakpoints."""

import threading
import time

import pytest

from local.clock.clock import Clock, ClockBusyError

START = 1_700_000_000.0


@pytest.fixture
def clock():
    return Clock("virtual", START)


def test_timers_fire_in_time_order_and_see_their_own_time(clock):
    seen = []
    for delay in (30, 10, 20, 10):
        clock.call_later(delay, lambda delay=delay: seen.append((delay, clock.now() - START)))
    clock.advance(START + 25)
    assert seen == [(10, 10), (10, 10), (20, 20)]
    assert clock.now() == START + 25


def test_work_ends_after_its_real_seconds_without_moving_virtual_time(clock):
    assert clock.with_work(time.monotonic() - 5) >= START + 5
    assert clock.now() == START


def test_work_of_one_timer_is_settled_before_the_next_fires(clock):
    seen = []

    def chain(left):
        if left == 0:
            seen.append("consequence")
        else:
            clock.spawn(chain, left - 1)

    clock.call_later(1, chain, 50)
    clock.call_later(2, seen.append, "next")
    clock.advance(START + 3)
    assert seen == ["consequence", "next"]


def test_timer_set_by_a_timer_fires_in_the_same_advance(clock):
    seen = []
    clock.call_later(1, lambda: clock.call_later(1, lambda: seen.append(clock.now() - START)))
    clock.advance(START + 10)
    assert seen == [2]


def test_cancelled_timer_never_fires(clock):
    seen = []
    clock.call_later(1, seen.append, "no").cancel()
    clock.advance(START + 10)
    assert seen == []


def test_sleeping_worker_is_not_in_flight_and_wakes_in_order(clock):
    seen = []

    def worker():
        for _ in range(3):
            clock.sleep(10)
            seen.append(clock.now() - START)

    clock.spawn(worker)
    clock.call_later(15, seen.append, "timer")
    clock.advance(START + 60, timeout=5)
    assert seen == [10, "timer", 20, 30]


def test_woken_worker_is_counted_before_its_waker_ends(clock):
    """A count lost in any of the handovers would let the late timer overtake the chain."""
    seen = []

    def chain(left):
        if left == 0:
            seen.append("chain")
            return
        signal = clock.signal()
        clock.spawn(lambda: (signal.wait(), clock.spawn(chain, left - 1)))
        clock.spawn(signal.set)

    clock.call_later(1, chain, 200)
    clock.call_later(2, seen.append, "late")
    clock.advance(START + 3, timeout=20)
    assert seen == ["chain", "late"]


def test_failed_worker_is_no_longer_in_flight(clock):
    clock.spawn(lambda: 1 / 0)
    assert clock.settle(2)


def test_clock_is_busy_while_work_takes_longer_than_the_timeout(clock):
    release = threading.Event()
    clock.spawn(release.wait, 5)
    with pytest.raises(ClockBusyError):
        clock.follow(START + 5, timeout=0.05)
    assert clock.now() == START
    release.set()
    clock.follow(START + 5, timeout=2)
    assert clock.now() == START + 5


def test_following_an_earlier_time_does_nothing(clock):
    clock.follow(START - 100)
    assert clock.now() == START


def test_breakpoint_stops_advance_and_follow(clock):
    seen = []
    clock.call_later(10, seen.append, "at")
    clock.call_later(11, seen.append, "after")
    clock.stop_at(START + 10)
    assert clock.advance(START + 60) == START + 10
    assert seen == ["at"]
    assert clock.state()["holding"]
    with pytest.raises(ClockBusyError):
        clock.follow(START + 60, timeout=0.05)
    threading.Timer(0.05, clock.stop_at, [None]).start()
    clock.follow(START + 60, timeout=2)
    assert seen == ["at", "after"]
    assert not clock.state()["holding"]


def test_worker_cannot_advance_the_clock(clock):
    errors = []

    def worker():
        try:
            clock.advance(START + 1)
        except RuntimeError as error:
            errors.append(error)

    clock.spawn(worker)
    assert clock.settle(2)
    assert len(errors) == 1


def test_real_clock_fires_without_being_advanced():
    clock, fired = Clock("real"), threading.Event()
    clock.call_later(0.02, fired.set)
    assert fired.wait(2)


def test_real_clock_does_not_wait_for_work():
    clock, fired, release = Clock("real"), threading.Event(), threading.Event()
    clock.spawn(release.wait, 5)
    clock.call_later(0.01, fired.set)
    assert fired.wait(2)
    release.set()
    assert clock.settle(2)
