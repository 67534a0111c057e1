"""How transactions are laid into events. Pure.

EventBridge counts an entry as 14 bytes for its time plus the UTF-8 bytes of source, detail type
and detail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_BYTES = 256_000  # of an entry, and of all entries of a request: below AWS's 256 KB
MAX_ENTRIES = 10  # of a request
SOURCE = "evergreen.poller"
RECEIVED = ("Transactions Received", "transactions")
ASIDE = ("Transactions Set Aside", "rejected")

_TIME_BYTES = 14


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to be: what PutEvents needs beyond names and time."""

    detail_type: str
    detail: str  # JSON, ASCII
    count: int  # transactions or refusals in it

    @property
    def size(self) -> int:
        """Bytes as EventBridge counts them."""
        return _TIME_BYTES + len(SOURCE) + len(self.detail_type) + len(self.detail)


def entries(texts: Iterable[str], kind: tuple[str, str] = RECEIVED) -> Iterator[Entry]:
    """Lay JSON texts (ASCII, each within `room`) into as few entries as their order allows."""
    most = room(kind)
    chosen: list[str] = []
    size = -1  # one comma less than texts
    for text in texts:
        size += len(text) + 1
        if size > most and chosen:
            yield _entry(chosen, kind)
            chosen, size = [], len(text)
        chosen.append(text)
    if chosen:
        yield _entry(chosen, kind)


def requests(laid: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Group entries into PutEvents requests, in order."""
    group: list[Entry] = []
    size = 0
    for entry in laid:
        if group and (len(group) == MAX_ENTRIES or size + entry.size > MAX_BYTES):
            yield group
            group, size = [], 0
        group.append(entry)
        size += entry.size
    if group:
        yield group


def room(kind: tuple[str, str]) -> int:
    """Bytes of texts, commas included, that one entry can hold."""
    return MAX_BYTES - _entry([], kind).size


def _entry(texts: list[str], kind: tuple[str, str]) -> Entry:
    detail_type, name = kind
    return Entry(detail_type, f'{{"version":"1","{name}":[{",".join(texts)}]}}', len(texts))
