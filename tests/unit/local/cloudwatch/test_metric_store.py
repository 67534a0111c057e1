"""Stored metrics: when the expired ones are looked for."""

from types import SimpleNamespace

from local import runtime
from local.cloudwatch import metric_store


def test_expired_datapoints_are_looked_for_once_a_day(monkeypatch):
    looked = []
    now = 1e9
    monkeypatch.setattr(runtime, "clock", SimpleNamespace(now=lambda: now), raising=False)
    evict = metric_store.evict_daily(lambda: looked.append(now))
    for seconds in (0, 1, metric_store.DAY - 2, 1, 1):
        now += seconds
        evict()
    assert looked == [1e9, 1e9 + metric_store.DAY]
