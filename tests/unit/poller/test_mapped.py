"""A stream of one's own: where key, time and value are is a setting."""

import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poller.settings import Settings
from poller.sources.mapped import Mapping, resolve
from poller.transaction import Rejected, Transaction
from tests.unit.poller.upstream import example

NOW = 1_750_000_000
TIME = 1_728_518_400
EARTHQUAKES = json.loads((Path(__file__).parent / "earthquakes.json").read_text())


def mapping(**change):
    plain = {"name": "rides", "items": "", "key": "/id", "time": "/at", "time_unit": "s"}
    return Mapping(**plain | {"value": "/value", "scale": Decimal(1)} | change)


def read(item, **change):
    return mapping(**change).format().transaction(item, NOW)


def test_example_reads_earthquakes():
    environment = example("earthquakes.env") | {"EVENT_BUS_NAME": "b", "METRIC_NAMESPACE": "m"}
    form = Settings.from_env(environment).mapping.format()
    poll = form.poll("here", form.items(EARTHQUAKES), 0, NOW)
    assert [(one.time, one.fee) for one in poll.transactions] == [
        (1728519027, 230),
        (1728520811, 460),
        (1728521590, 129),
    ]
    assert json.loads(poll.transactions[0].text) == {
        "hash": sha256(b"earthquakes/tx2024twsg").hexdigest(),
        "time": 1728519027,
        "fee": 230,
        "source": "earthquakes",
        "key": "tx2024twsg",
    }
    [refused] = poll.rejected
    assert refused.reason == "/properties/mag is not a number: None"
    assert json.loads(refused.raw)["id"] == "ak024d1wzsbz"


def test_key_that_is_a_hash_stays_it():
    assert read({"id": "AB" * 32, "at": TIME, "value": 1}).hash == "ab" * 32
    assert read({"id": 7, "at": TIME, "value": 1}).hash == sha256(b"rides/7").hexdigest()


@pytest.mark.parametrize(
    ("time", "unit"),
    [
        (TIME, "s"),
        (TIME + 0.9, "s"),
        (f"{TIME}.5", "s"),
        (TIME * 1000 + 999, "ms"),
        ("2024-10-10T00:00:00Z", "iso"),
        ("2024-10-10T02:00:00.7+02:00", "iso"),
        ("2024-10-10 00:00", "iso"),
    ],
)
def test_time_is_read_in_its_unit(time, unit):
    assert read({"id": 1, "at": time, "value": 1}, time_unit=unit).time == TIME


def test_stream_without_times_has_the_polls():
    assert read({"id": 1, "value": 1}, time=None).time == NOW


@pytest.mark.parametrize(
    ("value", "scale", "fee"),
    [(2.3, "100", 230), ("0.00012345", "1e8", 12345), (7, "0.1", 1), (1.005, "1000", 1005)],
)
def test_value_is_scaled_as_it_is_written(value, scale, fee):
    assert read({"id": 1, "at": TIME, "value": value}, scale=Decimal(scale)).fee == fee


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "/id is no key: None"),
        ({"id": ""}, "/id is no key: ''"),
        ({"id": True}, "/id is no key: True"),
        ({"at": "soon"}, "/at is no time in s: 'soon'"),
        ({"at": 12}, "time is not between"),
        ({"at": float("1e300")}, "/at is no time in s"),
        ({"value": None}, "/value is not a number: None"),
        ({"value": True}, "/value is not a number: True"),
        ({"value": "nan"}, "/value is not a number: 'nan'"),
        ({"value": "1e999999"}, "/value is not a number: '1e999999'"),
        ({"value": -0.1}, "/value * 1 is not from 0 to"),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value),
)
def test_item_that_does_not_fit_is_set_aside(change, reason):
    refused = read({"id": 1, "at": TIME, "value": 1} | change)
    assert isinstance(refused, Rejected)
    assert refused.reason.startswith(reason)


things = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(
    things | st.fixed_dictionaries({"id": things, "at": things, "value": things}),
    st.sampled_from(["s", "ms", "iso"]),
)
def test_nothing_raises(item, unit):
    assert isinstance(read(item, time_unit=unit), Transaction | Rejected)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", {"a": [1, {"b/c": 2, "~": 3}]}),
        ("/a/0", 1),
        ("/a/1/b~1c", 2),
        ("/a/1/~0", 3),
        ("/a/2", None),
        ("/a/-1", None),
        ("/a/0/x", None),
        ("/b", None),
    ],
)
def test_pointer_leads_as_rfc_6901_says(pointer, found):
    assert resolve({"a": [1, {"b/c": 2, "~": 3}]}, pointer) == found


def test_list_is_found_where_the_setting_says():
    form = mapping(items="/data/list").format()
    assert form.items({"data": {"list": [1]}}) == [1]
    assert form.items({"data": {"list": {}}}) is None
    assert mapping().format().items([2]) == [2]
