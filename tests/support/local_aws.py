"""A running local AWS, seen from outside, with the clock that its tests move."""

import json
import os
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.connection import local_client
from local import lifecycle

START = "2024-10-10T00:00:00Z"
ACCOUNT = "123456789012"
REGION = os.environ.get("AWS_REGION") or "eu-west-1"


def iso(moment):
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@contextmanager
def started(home, account=ACCOUNT, peers=()):
    """Start an empty local AWS with a virtual clock for the time of a `with`.

    `peers` are pairs of account and home, of which each may start later.
    """
    options = ["--clock", "virtual", "--start", START, "--account", account]
    for name, folder in peers:
        options += ["--peer", f"{name}={folder}"]
    health = lifecycle.up(0, home, options)
    try:
        yield LocalAws(health["endpoint_url"], home, account)
    finally:
        lifecycle.down(home)


@dataclass(frozen=True)
class LocalAws:
    url: str
    home: Path
    account: str = ACCOUNT

    def arn(self, service, resource):
        return f"arn:aws:{service}:{REGION}:{self.account}:{resource}"

    def client(self, service, **settings):
        # Not the cached client: tests register event handlers on theirs.
        return local_client.__wrapped__(service, self.url, REGION, attempts=1, **settings)

    def post(self, path, **body):
        request = urllib.request.Request(
            f"{self.url}/_evergreen/{path}", json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/_evergreen/{path}", timeout=120) as response:
            return json.load(response)

    def now(self):
        """Settle and return the time of the clock."""
        return datetime.fromisoformat(self.settle()["now"])

    def advance(self, to):
        return self.post("clock", advance_to=to if isinstance(to, str) else iso(to))

    def pass_minutes(self, minutes):
        """Advance the clock from its current time and settle."""
        self.advance(self.now() + timedelta(minutes=minutes))
        return self.settle()

    def next_hour(self):
        """Advance to the next full hour, which no other test has used -> that time."""
        hour = self.now().replace(minute=0, second=0) + timedelta(hours=1)
        self.advance(hour)
        return hour

    def settle(self):
        return self.post("settle")

    def until(self, condition, seconds=30.0):
        """Poll a condition until it is true -> its value."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, "the condition did not become true in time"
            time.sleep(0.05)
        return value
