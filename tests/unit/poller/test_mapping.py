"""A stream of your own: settings say where key, time and value are."""

import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poller.config import Mapping, Settings
from poller.sources.mapping import mapped_format, resolve
from poller.transaction import Transaction
from tests.support.fake_sources import example

NOW = 1_750_000_000
TIME = 1_728_518_400
EARTHQUAKES = json.loads((Path(__file__).parents[2] / "events" / "earthquakes.json").read_text())


def mapping(**change):
    fields = {"name": "rides", "key": "/id", "time": "/at", "value": "/value"}
    return mapped_format(Mapping(**fields | change))


def read(item, **change):
    return mapping(**change).transaction(item, NOW)


def test_example_reads_earthquakes(monkeypatch):
    variables = {"EVENT_BUS_NAME": "b", "METRIC_NAMESPACE": "m"}
    for name, value in (example("earthquakes.env") | variables).items():
        monkeypatch.setenv(name, value)
    form = mapped_format(Settings.from_env().mapping)
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
    [rejected] = poll.rejected
    assert rejected.reason == "/properties/mag: got None, expected a number"
    assert json.loads(rejected.raw)["id"] == "ak024d1wzsbz"


def test_key_that_is_a_hash_is_used_as_it_is():
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


def test_items_without_a_time_have_that_of_the_poll():
    assert read({"id": 1, "value": 1}, time=None).time == NOW


@pytest.mark.parametrize(
    ("value", "scale", "fee"),
    [(2.3, "100", 230), ("0.00012345", "1e8", 12345), (7, "0.1", 1), (1.005, "1000", 1005)],
)
def test_value_is_scaled_exactly_as_written(value, scale, fee):
    assert read({"id": 1, "at": TIME, "value": value}, scale=Decimal(scale)).fee == fee


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "/id: got None, expected a string or integer"),
        ({"id": ""}, "/id: got '', expected a string or integer"),
        ({"id": True}, "/id: got True, expected a string or integer"),
        ({"at": "soon"}, "/at: got 'soon', expected a time in s"),
        ({"at": 12}, "time: got 12, expected an integer from"),
        ({"at": float("1e300")}, "/at: got 1e+300, expected a time in s"),
        ({"value": None}, "/value: got None, expected a number"),
        ({"value": True}, "/value: got True, expected a number"),
        ({"value": "nan"}, "/value: got 'nan', expected a number"),
        ({"value": "1e999999"}, "/value: got '1e999999', expected a number"),
        ({"value": "1,5"}, "/value: got '1,5', expected a number"),
        ({"value": "1.000,5"}, "/value: got '1.000,5', expected a number"),
        ({"value": "1_000"}, "/value: got '1_000', expected a number"),
        ({"value": "٣"}, "/value: got '\\u0663', expected a number"),
        ({"value": "0x10"}, "/value: got '0x10', expected a number"),
        ({"value": "-Infinity"}, "/value: got '-Infinity', expected a number"),
        ({"value": [[[[[]]]]]}, "/value: got a list of 1, expected a number"),
        ({"at": "1,728"}, "/at: got '1,728', expected a time in s"),
        ({"value": -0.1}, "/value * 1: got -0.1, expected a product from 0 to"),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value),
)
def test_item_that_does_not_fit_is_rejected(change, reason):
    result = read({"id": 1, "at": TIME, "value": 1} | change)
    assert isinstance(result, str)
    assert result.startswith(reason)


def test_number_of_thousands_of_digits_is_rejected():
    result = read({"id": 1, "at": TIME, "value": 10**5000})
    assert result == "/value: got an integer of 16610 bits, expected a number"


@pytest.mark.parametrize(
    "time",
    [
        "2016-12-31T23:59:60Z",
        "2024-10-10T00:00:00 CEST",
        "2024-10-10T00:00:00+25:00",
        "2024-02-30",
        "10.10.2024",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "",
        None,
        5,
    ],
)
def test_odd_iso_time_is_rejected(time):
    result = read({"id": 1, "at": time, "value": 1}, time_unit="iso")
    assert result.startswith("/at: got ")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(
    values | st.fixed_dictionaries({"id": values, "at": values, "value": values}),
    st.sampled_from(["s", "ms", "iso"]),
)
def test_nothing_raises(item, unit):
    assert isinstance(read(item, time_unit=unit), Transaction | str)


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
def test_pointer_is_resolved_as_in_rfc_6901(pointer, found):
    assert resolve({"a": [1, {"b/c": 2, "~": 3}]}, pointer) == found


def test_list_is_found_at_its_pointer():
    form = mapping(items="/data/list")
    assert form.items({"data": {"list": [1]}}) == [1]
    assert form.items({"data": {"list": {}}}) is None
    assert mapping().items([2]) == [2]
