"""From JSON texts to events, and from events to PutEvents requests. Pure.

EventBridge counts an entry as 14 bytes for its time plus the UTF-8 bytes of source, detail type
and detail.
"""

import json
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

    kind: Kind
    texts: tuple[str, ...]  # JSON of the items in it, ASCII
    detail: str  # JSON, ASCII
    more: str = ""  # members of the detail besides version and items: JSON, each with a comma

    @property
    def size(self) -> int:
        """Bytes as EventBridge counts them."""
        return _TIME_BYTES + len(SOURCE) + len(self.kind.detail_type) + len(self.detail)

    def halves(self) -> list["Entry"]:
        """Return two entries with the items of this one, which has more than one."""
        middle = len(self.texts) // 2
        return [
            _entry(part, self.kind, self.more)
            for part in (self.texts[:middle], self.texts[middle:])
        ]


def entries(texts: Iterable[str], kind: Kind = RECEIVED, **more: str) -> Iterator[Entry]:
    """Pack JSON texts (ASCII, each smaller than an entry) into entries, in order.

    `more` are further members of each detail.
    """
    members = "".join(f"{json.dumps(name)}:{json.dumps(text)}," for name, text in more.items())
    max_bytes = MAX_BYTES - _entry((), kind, members).size
    batch: list[str] = []
    size = -1  # one comma less than texts
    for text in texts:
        size += len(text) + 1
        if size > max_bytes and batch:
            yield _entry(tuple(batch), kind, members)
            batch, size = [], len(text)
        batch.append(text)
    if batch:
        yield _entry(tuple(batch), kind, members)


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


def _entry(texts: tuple[str, ...], kind: Kind, more: str) -> Entry:
    detail = f'{{"version":"1",{more}"{kind.member}":[{",".join(texts)}]}}'
    return Entry(kind, texts, detail, more)
