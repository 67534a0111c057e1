"""A stream at an exact rate, laid into events by the poller and into objects as by Firehose.

Seeded: the same settings give the same bytes.
"""

import gzip
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import MB, ROOT
from poller import batching

START = 1_728_561_600  # 2024-10-10T12:00:00Z
# What blockchain.info says of a transaction beside hash, time, fee and size.
FURTHER = (
    ',"ver":2,"vin_sz":%d,"vout_sz":%d,"weight":%d,"relayed_by":"0.0.0.0","lock_time":0,'
    '"tx_index":0,"double_spend":false,"block_index":null,"block_height":null'
)
POLL_SECONDS = 10  # the poller's default
STREAMS = ROOT / "terraform" / "modules" / "ingest" / "streams.tf"
ENVELOPE = (
    '{{"version":"0","id":"{number:08x}-0000-4000-8000-000000000000",'
    '"detail-type":"Transactions Received","source":"evergreen.poller","account":"111122223333",'
    '"time":"{time}","region":"us-east-1","resources":[],"detail":{detail}}}'
)


@dataclass(frozen=True, slots=True)
class Buffer:
    """When Firehose writes an object: as Terraform configures it, whichever comes first."""

    seconds: int
    size: int  # bytes before compression

    @classmethod
    def configured(cls) -> "Buffer":
        """Read both from the module `ingest`."""
        text = STREAMS.read_text()
        found = dict(re.findall(r"buffering_(interval|size)\s*=\s*(\d+)", text))
        return cls(int(found["interval"]), int(found["size"]) * MB)

    def fills_in(self, bytes_a_second: float) -> float:
        """Return the seconds after which an object is written."""
        return min(self.seconds, self.size / bytes_a_second)


def transactions(rate: int, seconds: int, *, bare: bool = False, seed: int = 7) -> Iterator[str]:
    """Draw `rate` transactions in each second, as published from the default source, blockchain.

    `bare`: with hash, time, fee and size only, as a source may have no more.
    """
    dice = random.Random(seed)
    for second in range(seconds):
        for _ in range(rate):
            name, fee = f"{dice.getrandbits(256):064x}", int(dice.lognormvariate(8.5, 1)) + 1
            size = int(dice.lognormvariate(5.4, 0.6))
            own = f'"hash":"{name}","time":{START + second},"fee":{fee},"size":{size}'
            further = "" if bare else FURTHER % (*dice.choices(range(1, 5), k=2), 3 * size)
            yield f"{{{own}{further}}}"


def events(rate: int, seconds: int, *, bare: bool = False) -> Iterator[tuple[int, str]]:
    """Yield (second of its poll, line) of all events."""
    drawn, number = transactions(rate, seconds, bare=bare), 0
    for begun in range(0, seconds, POLL_SECONDS):
        taken = min(POLL_SECONDS, seconds - begun)
        texts = [next(drawn) for _ in range(rate * taken)]
        polled = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + begun + taken - 1))
        for entry in batching.entries(texts):
            number += 1
            line = ENVELOPE.format(number=number, time=polled, detail=entry.detail)
            yield begun + taken, line


def objects(lines: Iterator[tuple[int, str]], buffer: Buffer) -> Iterator[bytes]:
    """Buffer lines -> bodies of raw objects."""
    held: list[str] = []
    size, since = 0, 0
    for second, line in lines:
        # Firehose's clock does not begin with a minute: hence the first object is a short one.
        if held and (size >= buffer.size or second - since >= buffer.seconds):
            yield _body(held)
            held, size = [], 0
        if not held:
            since = second if since else -(buffer.seconds // 3)
        held.append(line)
        size += len(line) + 1
    if held:
        yield _body(held)


def write(folder: Path, rate: int, seconds: int, *, bare: bool = False) -> int:
    """Write the objects of a stream as files -> how many bytes they are uncompressed."""
    folder.mkdir(parents=True)
    size = 0
    for number, body in enumerate(objects(events(rate, seconds, bare=bare), Buffer.configured())):
        (folder / f"{number:05}.gz").write_bytes(body)
        size += int.from_bytes(body[-4:], "little")  # gzip ends with it
    return size


def read(folder: str) -> list[bytes]:
    """Read the raw objects of a stream."""
    return [file.read_bytes() for file in sorted(Path(folder).glob("*.gz"))]


def _body(lines: list[str]) -> bytes:
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), 6, mtime=0)
