"""`make up` waits until the simulated stream has reached the present time."""

import pytest

from cli.errors import CommandError
from scripts import catch_up


@pytest.fixture
def ages(monkeypatch):
    """Replace what is read: ages of the newest minute, or errors, one after the other."""
    found = []

    def freshness(_):
        age = found.pop(0)
        if isinstance(age, Exception):
            raise age
        return None if age == "no stream" else {"age_minutes": age}

    monkeypatch.setattr(catch_up, "connect_local", lambda url, prefix: None)
    monkeypatch.setattr(catch_up, "renewed", lambda connection: connection)
    monkeypatch.setattr(catch_up, "freshness", freshness)
    monkeypatch.setattr(catch_up, "pause_state", lambda _: None)
    monkeypatch.setattr(catch_up, "POLL_SECONDS", 0)
    return found


def test_waits_for_a_row_of_the_present(ages):
    ages += [CommandError("not yet"), "no stream", None, 840, 3, 2, 0]
    assert catch_up.wait("http://127.0.0.1:1", "evergreen")
    assert ages == [0]


def test_says_that_it_has_not_caught_up_in_time(ages, monkeypatch, capsys):
    monkeypatch.setattr(catch_up, "DEADLINE_SECONDS", 0.01)
    ages += [None] * 100_000
    assert not catch_up.wait("http://127.0.0.1:1", "evergreen")
    assert "it has not caught up yet" in capsys.readouterr().out


def test_paused_loop_is_not_waited_for(ages, monkeypatch):
    monkeypatch.setattr(catch_up, "pause_state", lambda _: {"phase": "paused"})
    assert not catch_up.wait("http://127.0.0.1:1", "evergreen")
