"""The feed reads parts in turns, keeps what it has after an error, and connects again."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from cli.connection import Connection
from cli.errors import CommandError
from cli.target import Target
from cli.web_console.feed import Access, Feed, Part

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "GetObject")


class Deployment:
    """Counts connections; reading gives what is next, or raises it."""

    def __init__(self, *values):
        self.connections, self.values = 0, list(values)

    def connect(self):
        self.connections += 1
        now = datetime(2024, 10, 10, tzinfo=UTC)
        target = Target("https://aws.example.com")
        return Connection(lambda name: name, "evergreen", "1", "eu-west-1", now, target)

    def read(self, connection):
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        if isinstance(value, Exception):
            raise value
        return value

    def feed(self):
        return Feed(Access(self.connect), {"part": Part(self.read, 3600)})


def test_version_grows_only_with_a_change():
    feed = Deployment(1, 1, 2).feed()
    versions = []
    for _ in range(3):
        feed.read("part")
        versions.append(feed.version(["part"]))
    assert versions == [1, 1, 2]
    assert feed.documents == {"part": 2}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(CommandError("no model yet"), "no model yet", id="of a command"),
        pytest.param(DENIED, "AWS rejected GetObject: AccessDenied: not you", id="of AWS"),
    ],
)
def test_problem_is_shown_beside_what_was_read_before(error, text):
    deployment = Deployment(1, error, 1)
    feed = deployment.feed()
    feed.read("part")
    feed.read("part")
    assert (feed.documents, feed.problems) == ({"part": 1}, {"part": text})
    before = feed.version(["part"])
    feed.read("part")
    assert feed.problems == {}
    assert feed.version(["part"]) > before  # also if the document is that of before
    assert deployment.connections == 2  # the session may have been the cause


def test_broken_part_is_a_problem_and_no_end():
    feed = Deployment(KeyError("wql")).feed()
    feed.read("part")
    assert feed.problems == {"part": "KeyError: 'wql'"}


def test_time_of_the_connection_is_that_of_its_use():
    access = Access(Deployment(1).connect)
    first, second = access.connection(), access.connection()
    assert first.now.year == 2024
    assert second.now > first.now
    assert second.clients("s3") == "s3"


def test_nothing_is_read_while_nobody_is_watching():
    deployment = Deployment(1)
    watched, read = threading.Event(), threading.Event()
    deployment.read = lambda connection: read.set()
    feed = deployment.feed()

    async def run():
        task = asyncio.create_task(feed.run(watched.is_set))
        await asyncio.sleep(0.05)
        assert not read.is_set()
        watched.set()
        await asyncio.to_thread(read.wait, 10)
        read.clear()
        feed.refresh()
        assert await asyncio.to_thread(read.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
