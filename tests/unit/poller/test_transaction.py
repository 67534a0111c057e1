"""Exactly the valid transactions are accepted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.transaction import FIRST_TIME, MAX_FEE
from poller.transaction import MAX_BYTES, Transaction, from_json, parse

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
def test_valid_transaction_is_accepted_whatever_else_it_contains(name, time, fee, more):
    result = from_json(more | {"hash": name, "time": time, "fee": fee}, LATEST)
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
def test_nothing_raises_and_invalid_lines_have_a_reason(line):
    result = parse(line, LATEST)
    assert isinstance(result, str)
    assert result.isprintable()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hash": "ab" * 31}, "hash: got 'abab"),
        ({"hash": "xy" * 32}, ", expected 64 hex digits"),
        ({"hash": "ab" * 32 + "\n"}, ", expected 64 hex digits"),
        ({"hash": "٣" * 64}, ", expected 64 hex digits"),
        ({"hash": None}, "hash: got None, expected 64 hex digits"),
        ({"time": True}, "time: got True, expected an integer from"),
        ({"time": 1728518400.0}, "time: got 1728518400.0, expected an integer"),
        ({"time": "1728518400"}, "time: got '1728518400', expected an integer"),
        ({"time": FIRST_TIME - 1}, f"expected an integer from {FIRST_TIME} to {LATEST}"),
        ({"time": LATEST + 1}, f"expected an integer from {FIRST_TIME} to {LATEST}"),
        ({"time": 1_728_518_400_000}, "time: got 1728518400000, expected an integer from"),
        ({"fee": -1}, f"fee: got -1, expected an integer from 0 to {MAX_FEE}"),
        ({"fee": False}, "fee: got False, expected an integer"),
        ({"fee": 1.5}, "fee: got 1.5, expected an integer"),
        ({"fee": None}, "fee: got None, expected an integer"),
        ({"fee": 10**400}, "an integer of 1329 bits"),
    ],
)
def test_each_field_is_checked(change, reason):
    assert reason in from_json(GOOD | change, LATEST)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON: "),
        (b"[]", "transaction: got a list of 0, expected a JSON object"),
        (b"null", "transaction: got None, expected a JSON object"),
        (json.dumps(GOOD).encode() + b"}", "not JSON: Extra data"),
        (json.dumps(GOOD | {"x": float("nan")}).encode(), "not JSON: NaN"),
        (b"\xff" + json.dumps(GOOD).encode(), "not UTF-8: byte 0"),
        (b"[" * 100_000, "not JSON: nested too deeply"),
        (b'{"fee":' + b"9" * 5000 + b"}", "not JSON: Exceeds the limit"),
    ],
    ids=["cut", "list", "null", "more", "nan", "bytes", "deep", "digits"],
)
def test_each_line_is_checked(line, reason):
    assert parse(line, LATEST).startswith(reason)


def test_valid_counts_are_published_and_nested_fields_are_not():
    more = {"size": 250, "weight": -1, "vin_sz": "2", "vout_sz": True, "ver": 2, "inputs": [{}]}
    sent = json.loads(from_json(GOOD | more, LATEST).text)
    assert sent == GOOD | {"size": 250, "ver": 2}


def test_transaction_too_large_for_an_event_is_published_without_optional_fields():
    result = from_json(GOOD | {"note": "x" * 300_000}, LATEST)
    assert isinstance(result, Transaction)
    assert json.loads(result.text) == GOOD
