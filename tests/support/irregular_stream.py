"""A stream of events as the world sends it, and what the Lambda engine makes of it."""

import gzip
import json
import random
import time
from collections import defaultdict

from tests.support.transaction_cases import CASES
from window_aggregator import raw_object
from window_aggregator.minute_set import minute_set

START = 1728561600  # 2024-10-10T12:00:00Z
DELAY, LATENESS = 60, 15 * 60  # seconds
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
REFUSED = [
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
# What a transaction may look like as well; those of one hash are many, of many fees.
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
    """Simulate, then repeat, shuffle, delay and contradict -> transactions in order of arrival."""
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
    """Lay the transactions into events, spoil some -> the raw archive's lines."""
    dice = random.Random(seed)
    arrived = transactions(minutes, rate, dice)
    found = []
    while arrived:
        size = dice.randrange(1, 12)
        together, arrived = arrived[:size], arrived[size:]
        if dice.random() < 0.1:
            together.insert(dice.randrange(len(together)), dice.choice(REFUSED))
        found.append(event(*together))
        if dice.random() < 0.5:
            whole = json.loads(found.pop())
            found.append(json.dumps(whole, ensure_ascii=False, separators=(",", ":")))
        if dice.random() < 0.05:
            found.append(dice.choice([*MALFORMED, "", "  ", event()]))
    return found


def event(*inside):
    time = "2024-10-10T12:00:00Z"  # of the event; nothing follows from it here
    detail = {"version": "1", "transactions": inside}
    return json.dumps({"version": "0", "time": time, "detail": detail})


def events(transactions):
    """Lay transactions into full events."""
    waiting = list(transactions)
    return [event(*waiting[start : start + 500]) for start in range(0, len(waiting), 500)]


def inside(line):
    """Return the transactions of a line, None if it is no event of transactions."""
    try:
        found = json.loads(line, parse_constant=_no_number)["detail"]["transactions"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, list) else None


def judged(text):
    """Go through the lines with the Lambda engine's parser -> minutes, counts of what is refused.

    What that engine refuses as a whole event, the stream refuses by transaction.
    """
    minutes, refused, newest = defaultdict(set), defaultdict(int), 0
    for line in filter(str.strip, text):
        found = inside(line)
        if found is None:
            refused["no event of transactions"] += 1
            continue
        for each in found:
            read = raw_object.parse(gzip.compress(event(each).encode()))
            if read.rejected:
                refused["hash, fee or time is missing or wrong"] += 1
                continue
            [(minute, columns)] = read.minutes.items()
            newest = max(newest, each["time"])
            if each["time"] // 60 * 60 + 60 + LATENESS <= newest - DELAY:
                refused["later than the allowed lateness"] += 1
            else:
                minutes[minute] |= minute_set(*columns)
    return dict(minutes), dict(refused)


def iso(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _no_number(name):
    raise ValueError(name)
