"""A local AWS of its own for each test module: virtual clock, free port, ended afterwards."""

import json
import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.connection import local_client
from local import lifecycle

START = "2024-10-10T00:00:00Z"


@dataclass(frozen=True)
class LocalAws:
    """A running server, seen from outside."""

    url: str
    home: Path

    def client(self, service):
        return local_client(service, self.url, attempts=1)

    def post(self, path, **body):
        request = urllib.request.Request(
            f"{self.url}/_evergreen/{path}", json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/_evergreen/{path}", timeout=120) as answer:
            return json.load(answer)

    def advance(self, to):
        return self.post("clock", advance_to=to)

    def pass_minutes(self, minutes):
        """Move the clock on from wherever it is, and let everything happen that follows."""
        now = datetime.fromisoformat(self.settle()["now"])
        self.advance((now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return self.settle()

    def settle(self):
        return self.post("settle")

    def until(self, found, seconds=30.0):
        """Poll a condition until it holds -> what it returned."""
        deadline = time.monotonic() + seconds
        while not (value := found()):
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.05)
        return value


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    home = tmp_path_factory.mktemp("local")
    health = lifecycle.up(0, home, ["--clock", "virtual", "--start", START])
    yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)
