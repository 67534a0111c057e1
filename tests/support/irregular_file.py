"""A recorded file with repeated, late and malformed lines, and an independent count of it."""

import json
import random
import subprocess
import sys
from collections import defaultdict

SEED = 7
MALFORMED = [
    b"not json",
    b"[1, 2]",
    b'"text"',
    b"null",
    b"{}",
    b'{"hash": "abc", "time": 1728526000, "fee": 5}',
    b'{"hash": "%064d", "time": "1728526000", "fee": 5}' % 1,
    b'{"hash": "%064d", "time": 1728526000.5, "fee": 5}' % 2,
    b'{"hash": "%064d", "time": 5, "fee": 5}' % 3,
    b'{"hash": "%064d", "time": 1728526000, "fee": -1}' % 4,
    b'{"hash": "%064d", "time": 1728526000, "fee": true}' % 5,
    b'{"hash": "%064d", "time": 1728526000, "fee": NaN}' % 6,
    b'{"hash": "%064d", "time": 1728526000}' % 7,
    b'{"hash": "%s", "time": 1728526000, "fee": 5}' % (b"z" * 64),
    b"\xff\xfe\x00",
    b'{"hash": "%064d", "time": 1728526000, "fee": 5' % 8,
]


def lines(hours, rate, change, start="2024-10-10T00:00:00Z", seed=SEED):
    """Simulate, repeat, shuffle, delay, add malformed lines; return lines and malformed count."""
    argv = ["-m", "poller.simulator", "--start", start]
    argv += ["--hours", str(hours), "--rate", str(rate), "--seed", str(seed)]
    argv += ["--regime-change-hours", str(change)]
    stream = subprocess.run([sys.executable, *argv], check=True, capture_output=True).stdout
    found = stream.splitlines()
    dice = random.Random(seed)
    places = []
    for number, line in enumerate(found):
        shuffled, late = dice.uniform(0, 60), dice.uniform(0, 5000)
        places.append((number + (late if dice.random() < 0.005 else shuffled), line))
        if dice.random() < 0.05:  # repeated at any later time
            places.append((dice.uniform(number, len(found)), line))
    malformed = MALFORMED * 20
    places += [(dice.uniform(0, len(found)), line) for line in [*malformed, b"", b"   "]]
    return [line for _, line in sorted(places)], len(malformed)


def counted(text):
    """Return {minute: {hash: fee}}, computed independently of the project's code."""
    minutes = defaultdict(dict)
    for line in text:
        try:
            value = json.loads(line)
            name, fee, time = value["hash"], value["fee"], value["time"]
            valid = len(name) == 64 and int(name, 16) >= 0 and type(fee) is int and fee >= 0
        except (ValueError, KeyError, TypeError):
            continue
        if valid and type(time) is int and time > 1e9:
            minutes[time // 60].setdefault(name, fee)
    return minutes
