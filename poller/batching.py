"""From JSON texts to events, and from events to PutEvents requests. Pure.

EventBridge counts an entry as 14 bytes for its time plus the UTF-8 bytes of source, detail type
and detail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

MAX_BYTES = 256_000  # per entry and per request; the quota of AWS is 256 KB
MAX_ENTRIES = 10  # per request
SOURCE = "evergreen.poller"

_TIME_BYTES = 14


class Kind(NamedTuple):
    """A kind of event: its detail type, and the member of the detail that is a list."""

    detail_type: str
    member: str


RECEIVED = Kind("Transactions Received", "transactions")
REJECTED = Kind("Transactions Rejected", "rejected")


@dataclass(frozen=True, slots=True)
class Entry:
    """The parts of a PutEvents entry that differ between events of a poll."""

    detail_type: str
    detail: str  # JSON, ASCII
    count: int  # of the items in it

    @property
    def size(self) -> int:
        """Bytes as EventBridge counts them."""
        return _TIME_BYTES + len(SOURCE) + len(self.detail_type) + len(self.detail)


def entries(texts: Iterable[str], kind: Kind = RECEIVED) -> Iterator[Entry]:
    """Pack JSON texts (ASCII, each smaller than an entry) into entries, in order."""
    max_bytes = MAX_BYTES - _entry([], kind).size
    batch: list[str] = []
    size = -1  # one comma less than texts
    for text in texts:
        size += len(text) + 1
        if size > max_bytes and batch:
            yield _entry(batch, kind)
            batch, size = [], len(text)
        batch.append(text)
    if batch:
        yield _entry(batch, kind)


def requests(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Group entries into PutEvents requests, in order."""
    group: list[Entry] = []
    size = 0
    for entry in entries:
        if group and (len(group) == MAX_ENTRIES or size + entry.size > MAX_BYTES):
            yield group
            group, size = [], 0
        group.append(entry)
        size += entry.size
    if group:
        yield group


def _entry(texts: list[str], kind: Kind) -> Entry:
    detail = f'{{"version":"1","{kind.member}":[{",".join(texts)}]}}'
    return Entry(kind.detail_type, detail, len(texts))
