"""A stream with repeated, late and malformed events, and the result of the Lambda engine."""

import gzip
import json
import random
import time
from collections import defaultdict
from datetime import datetime

from common.transaction import problem
from tests.support.transaction_cases import CASES
from window_aggregator import raw_object
from window_aggregator.minute_set import minute_set

START = 1728561600  # 2024-10-10T12:00:00Z
DELAY, LATENESS = 60, 15 * 60  # seconds
FUTURE = {"hash": "future", "time": START + 86_390, "fee": 3}  # in an event of its time
MALFORMED = [
    "not json",
    "[1, 2]",
    '"text"',
    "null",
    "{}",
    '{"detail": {}}',
    '{"detail": {"transactions": null}}',
    '{"detail": {"transactions": {"hash": "a", "time": 1728561600, "fee": 1}}}',
    '{"detail": {"transactions": [{"hash": "a", "time": 1728561600, "fee": NaN}]}}',
    '{"detail": {"transactions": [{"hash": "a", "time": 1728561600, "fee": 1}',
    '{"detail": {"transactions": [{"hash": "a", "time": 1728561600, "fee": 1}]}} {}',
]
INVALID = [
    *(value for _, value, valid in CASES if not valid),
    1,
    None,
    "text",
    [],
    {},
    {"hash": "a", "time": START},
    {"hash": "a", "fee": 1},
    {"hash": 5, "time": START, "fee": 1},
    {"hash": "a", "time": str(START), "fee": 1},
    {"hash": "a", "time": START + 0.5, "fee": 1},
    {"hash": "a", "time": -1, "fee": 1},
    {"hash": "a", "time": 10**12, "fee": 1},
    {"hash": "a", "time": START, "fee": "1"},
    {"hash": "a", "time": START, "fee": 1.0},
    {"hash": "a", "time": START, "fee": -1},
    {"hash": "a", "time": START, "fee": True},
    {"hash": ["a"], "time": START, "fee": 1},
    {"hash": "a", "time": START, "fee": [1]},
    {"hash": "a", "time": START, "fee": {"fee": 1}},
    {"hash": "a", "time": START, "fee": 1e3},
    {"hash": "a", "time": START, "more": {"fee": 1}},
    {"hash": "a", "time": START, "more": [{"fee": 1}]},
    {"hash": "a", "time": START, "more": ',"fee":1,'},
    {"hash": "a", "time": START, 'more,"fee': 1},
    {"hash": "a", "time": START, "Fee": 1},
    {"hash": "a", "time": START, "fee ": 1},
]
# Valid members that are hard to parse; transactions of one hash have many fees.
ODD = [
    {"hash": ""},
    {"hash": "a\u2028b\x85"},
    {"hash": '" \\ \n é {['},
    {"hash": '","fee":1,"'},
    {"more": '","fee":1,"'},
    {"more": "{[,fee:1"},
    {"more": {"hash": "a", "fee": 1, "time": 1}},
    {"more": [1, {"fee": 1}]},
    {',"fee': 1, "fee ": 2},
    {"more": None, "some": 1.5, "none": ""},
]


def transactions(minutes, rate, dice):
    """Simulate, repeat, shuffle, delay, contradict; return transactions in order of arrival."""
    arrivals = []
    for _ in range(minutes * rate):
        moment = dice.randrange(60 * minutes)
        fee = dice.choice([dice.randrange(50_000), 0, dice.randrange(10**13)])
        one = {"hash": f"{dice.getrandbits(256):064x}", "time": START + moment, "fee": fee}
        lag = dice.uniform(0, DELAY - 10)
        if dice.random() < 0.02:
            lag = dice.uniform(DELAY, LATENESS)
        if dice.random() < 0.003:
            lag = dice.uniform(LATENESS + 3 * DELAY, 2 * LATENESS)
        if dice.random() < 0.05:
            one |= dice.choice(ODD)
        arrivals.append((moment + lag, {**one, "size": 250}))
        if dice.random() < 0.05:
            arrivals.append((moment + dice.uniform(0, LATENESS), {**one, "size": 250}))
        while dice.random() < 0.02:
            other = one | {"fee": dice.randrange(50_000)}
            arrivals.append((moment + dice.uniform(0, LATENESS), other))
    return [one for _, one in sorted(arrivals, key=lambda arrival: arrival[0])]


def lines(minutes, rate=200, seed=7):
    """Pack the transactions into events, damage some; return the lines of the raw archive."""
    dice = random.Random(seed)
    arrived = transactions(minutes, rate, dice)
    found = []
    while arrived:
        size = dice.randrange(1, 12)
        together, arrived = arrived[:size], arrived[size:]
        if dice.random() < 0.1:
            together.insert(dice.randrange(len(together)), dice.choice(INVALID))
        found.append(event(*together))
        if dice.random() < 0.5:
            whole = json.loads(found.pop())
            found.append(json.dumps(whole, ensure_ascii=False, separators=(",", ":")))
        if dice.random() < 0.05:
            found.append(dice.choice([*MALFORMED, "", "  ", event()]))
    middle = len(found) // 2
    found.insert(middle, event(FUTURE, sent=START + 60 * minutes // 2))
    return found


def event(*inside, sent=None):
    """Return an event with the latest time in it, as the poller sends it, or another one."""
    detail = {"version": "1", "transactions": inside}
    sent = sent or max([START, *(one["time"] for one in inside if not problem(one))])
    return json.dumps({"version": "0", "time": iso(sent), "detail": detail})


def events(transactions):
    """Pack transactions into full events."""
    waiting = list(transactions)
    return [event(*waiting[start : start + 500]) for start in range(0, len(waiting), 500)]


def inside(line):
    """Return the transactions of a line, None if it is not an event with transactions."""
    try:
        found = json.loads(line, parse_constant=_reject_constant)["detail"]["transactions"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, list) else None


def expected(text):
    """Parse the lines like the Lambda engine; return minutes and counts of rejections.

    That engine rejects complete events, the stream single transactions.
    """
    minutes, rejected, newest = defaultdict(set), defaultdict(int), 0
    for line in filter(str.strip, text):
        found = inside(line)
        if found is None:
            rejected["not an event with transactions"] += 1
            continue
        for each in found:
            read = raw_object.parse(gzip.compress(event(each).encode()))
            if read.rejected:
                rejected["hash, fee or time is missing or invalid"] += 1
                continue
            [(minute, columns)] = read.minutes.items()
            sent = datetime.fromisoformat(json.loads(line)["time"]).timestamp()
            newest = max(newest, min(each["time"], sent))
            if each["time"] // 60 * 60 + 60 + LATENESS <= newest - DELAY:
                rejected["later than the allowed lateness"] += 1
            else:
                minutes[minute] |= minute_set(*columns)
    return dict(minutes), dict(rejected)


def iso(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _reject_constant(name):
    raise ValueError(name)
