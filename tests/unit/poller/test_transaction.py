"""Exactly the valid transactions are accepted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poller.transaction import FIRST_TIME, MAX_BYTES, MAX_FEE, Rejected, Transaction, check, parse

LATEST = 2_000_000_000
GOOD = {"hash": "ab" * 32, "time": 1_728_518_400, "fee": 1234}

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
)
values = scalars | st.lists(scalars, max_size=3) | st.just({"nested": 1})


@given(
    st.binary(min_size=32, max_size=32).map(lambda value: value.hex().swapcase()),
    st.integers(FIRST_TIME, LATEST),
    st.integers(0, MAX_FEE),
    st.dictionaries(st.text(st.characters(codec=None)), values, max_size=5),
)
def test_valid_transaction_is_accepted_whatever_else_it_says(name, time, fee, more):
    result = check(more | {"hash": name, "time": time, "fee": fee}, LATEST)
    assert result[:3] == (name.lower(), time, fee)
    sent = json.loads(result.text)
    assert (sent["hash"], sent["time"], sent["fee"]) == result[:3]
    assert result.text.isascii()
    assert len(result.text) <= MAX_BYTES
    for key, value in sent.items():
        if key not in GOOD:
            assert more[key] == value
            assert not isinstance(value, dict | list)


@given(st.binary() | values.map(lambda value: json.dumps(value).encode()))
def test_nothing_raises_and_what_is_no_transaction_has_a_reason(line):
    result = parse(line, LATEST)
    assert isinstance(result, Rejected)
    assert result.reason.isprintable()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hash": "ab" * 31}, "hash is not 64 hex digits: 'abab"),
        ({"hash": "xy" * 32}, "hash is not 64 hex digits"),
        ({"hash": "ab" * 32 + "\n"}, "hash is not 64 hex digits"),
        ({"hash": "٣" * 64}, "hash is not 64 hex digits"),
        ({"hash": None}, "hash is not 64 hex digits: None"),
        ({"time": True}, "time is not an integer: True"),
        ({"time": 1728518400.0}, "time is not an integer"),
        ({"time": "1728518400"}, "time is not an integer"),
        ({"time": FIRST_TIME - 1}, "time is not between"),
        ({"time": LATEST + 1}, "time is not between"),
        ({"time": 1_728_518_400_000}, "time is not between"),
        ({"fee": -1}, "fee is not between 0 and"),
        ({"fee": False}, "fee is not an integer: False"),
        ({"fee": 1.5}, "fee is not an integer: 1.5"),
        ({"fee": None}, "fee is not an integer: None"),
        ({"fee": 10**400}, "an integer of 1329 bits"),
    ],
)
def test_each_field_is_checked(change, reason):
    assert reason in check(GOOD | change, LATEST).reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON: "),
        (b"[]", "not a JSON object: a list of 0"),
        (b"null", "not a JSON object: None"),
        (json.dumps(GOOD).encode() + b"}", "not JSON: Extra data"),
        (json.dumps(GOOD | {"x": float("nan")}).encode(), "not JSON: NaN"),
        (b"\xff" + json.dumps(GOOD).encode(), "not UTF-8: byte 0"),
        (b"[" * 100_000, "not JSON: nested too deeply"),
        (b'{"fee":' + b"9" * 5000 + b"}", "not JSON: Exceeds the limit"),
    ],
    ids=["cut", "list", "null", "more", "nan", "bytes", "deep", "digits"],
)
def test_each_line_is_checked(line, reason):
    assert parse(line, LATEST).reason.startswith(reason)


def test_counts_travel_if_they_are_counts_and_nested_fields_do_not():
    more = {"size": 250, "weight": -1, "vin_sz": "2", "vout_sz": True, "ver": 2, "inputs": [{}]}
    sent = json.loads(check(GOOD | more, LATEST).text)
    assert sent == GOOD | {"size": 250, "ver": 2}


def test_transaction_too_large_for_an_event_travels_without_its_further_fields():
    result = check(GOOD | {"note": "x" * 300_000}, LATEST)
    assert isinstance(result, Transaction)
    assert json.loads(result.text) == GOOD
