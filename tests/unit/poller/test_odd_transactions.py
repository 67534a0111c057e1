"""Odd transactions of the public sources: rejected with a reason, and no other is."""

import pytest

from poller.sources import blockchain, mempool
from poller.transaction import Transaction
from tests.support.fake_sources import TIME, transaction

NOW = TIME + 60
DEEP = None
for _ in range(300):
    DEEP = [DEEP]
ODD = [
    None,
    True,
    5,
    "text",
    [],
    {},
    DEEP,
    {"hash": None},
    {"hash": "ab" * 32, "time": "noon", "fee": 1},
    {"hash": "ab" * 32, "time": TIME, "fee": 1.5},
    {"hash": "ab" * 32, "time": TIME, "fee": 10**400},
    {"hash": "ab" * 32, "time": TIME + 0.5, "fee": 1},
    {"hash": "ab" * 31, "time": TIME, "fee": 1},
    {"hash": "zz" * 32, "time": TIME, "fee": 1},
    {"hash": "٣" * 64, "time": TIME, "fee": 1},
    {"txid": "ab" * 32, "firstSeen": {}, "fee": 1},
    {"txid": ["ab"], "firstSeen": TIME, "fee": 1},
    {"txid": "ab" * 32, "firstSeen": TIME, "fee": True},
]


@pytest.mark.parametrize("form", [blockchain.LIST, blockchain.MESSAGES, mempool.LIST])
def test_odd_items_are_rejected_and_no_other(form):
    good = transaction(1, fee=1) | {"txid": f"{1:064x}", "firstSeen": TIME}
    poll = form.poll("source", [*ODD, good], 0, NOW)
    assert len(poll.rejected) == len(ODD)
    assert [one.hash for one in poll.transactions] == [f"{1:064x}"]
    assert all(len(one.reason) < 300 and len(one.raw) <= 1000 for one in poll.rejected)


@pytest.mark.parametrize(
    "odd",
    [{"inputs": None}, {"inputs": [None]}, {"out": 5}, {"out": [{"value": DEEP}]}, {"inputs": []}],
)
def test_odd_parts_of_a_transaction_leave_its_fee_unknown(odd):
    result = blockchain.MESSAGES.transaction(transaction(1) | odd, NOW)
    assert isinstance(result, str)


def test_more_members_are_kept_only_if_they_are_plain():
    odd = {"a": DEEP, "b": float("inf"), "c": 10**30, "d": "\ud800", "\ud800": 1, "size": -1}
    result = blockchain.LIST.transaction(transaction(1, fee=1) | odd | {"e": "x", "f": None}, NOW)
    assert isinstance(result, Transaction)
    assert result.text.endswith('"fee":1,"e":"x","f":null}')
