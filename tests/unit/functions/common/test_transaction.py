"""The rule, and the code that must follow it: the aggregator's hot path, the audit, the SQL.

Flink itself processes the invalid cases in tests/streaming.
"""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.queries import archive
from common import transaction
from tests.support.transaction_cases import CASES, END_OF_TIME, MAX_FEE, NOON, VALID
from window_aggregator import raw_object

IDS = [name for name, _, _ in CASES]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([NOON, END_OF_TIME - 1, END_OF_TIME, MAX_FEE, MAX_FEE + 1, 10**30])
    | st.floats()
    | st.text(max_size=3)
)
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=3), scalars)
# Mostly objects with one or two bad members, so that both outcomes are frequent.
transactions = (
    st.just(VALID)
    | values
    | st.dictionaries(st.sampled_from(["hash", "time", "fee", "size"]), values).map(
        lambda changes: VALID | changes
    )
)


@pytest.mark.parametrize(("value", "valid"), [case[1:] for case in CASES], ids=IDS)
def test_rule(value, valid):
    assert transaction.is_valid(value) is valid
    assert (transaction.problem(value) is None) is valid


@given(st.lists(transactions, max_size=6))
def test_hot_path_of_the_aggregator_agrees_with_the_rule(batch):
    event = {"time": "2024-10-10T12:00:00Z", "detail": {"transactions": batch}}
    raw = raw_object.parse(gzip.compress(json.dumps(event).encode(), 1))
    counted = sorted(
        (name, fee)
        for hashes, fees in raw.minutes.values()
        for name, fee in zip(hashes, fees, strict=True)
    )
    valid = [value for value in batch if transaction.is_valid(value)]
    assert counted == sorted((value["hash"], value["fee"]) for value in valid)
    assert len(raw.rejected) == len(batch) - len(valid)


@given(st.lists(transactions, max_size=6))
def test_audit_agrees_with_the_rule(batch):
    event = {"id": "1", "time": "2024-10-10T12:00:00Z", "detail": {"transactions": batch}}
    valid = [value for value in batch if transaction.is_valid(value)]
    assert archive.transactions(event) == (valid, len(batch) - len(valid))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"hash": "AB" * 32}, None),
        ({"fee": transaction.MAX_FEE}, None),
        ({"hash": "ab"}, "hash: got 'ab', expected 64 hex digits"),
        ({"time": NOON + 1}, f"time: got {NOON + 1}, expected an integer from 1231006505 to "),
        ({"time": 0}, "time: got 0, expected an integer from 1231006505 to "),
        ({"fee": transaction.MAX_FEE + 1}, "fee: got 2100000000000001, expected"),
        ({"fee": True}, "fee: got True, expected"),
    ],
)
def test_sources_must_follow_stricter_rules(changes, problem):
    found = transaction.source_problem(VALID | changes, latest=NOON)
    assert found is None if problem is None else found.startswith(problem)


@given(transactions)
def test_everything_a_source_may_publish_is_valid_in_the_archive(value):
    if transaction.source_problem(value, latest=NOON) is None:
        assert transaction.is_valid(value)
