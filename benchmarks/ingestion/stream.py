"""A stream at an exact rate, as events of the poller and as objects of Firehose.

Seeded: the same settings produce the same bytes.
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
# Fields of blockchain.info besides hash, time, fee and size.
OTHER_FIELDS = (
    ',"ver":2,"vin_sz":%d,"vout_sz":%d,"weight":%d,"relayed_by":"0.0.0.0","lock_time":0,'
    '"tx_index":0,"double_spend":false,"block_index":null,"block_height":null'
)
POLL_SECONDS = 10  # the poller's default
STREAMS = ROOT / "terraform" / "modules" / "event_archive" / "main.tf"
ENVELOPE = (
    '{{"version":"0","id":"{number:08x}-0000-4000-8000-000000000000",'
    '"detail-type":"Transactions Received","source":"evergreen.poller","account":"111122223333",'
    '"time":"{time}","region":"us-east-1","resources":[],"detail":{detail}}}'
)


@dataclass(frozen=True, slots=True)
class Buffer:
    """Limits at which Firehose writes an object, whichever is reached first."""

    seconds: int
    size: int  # bytes before compression

    @classmethod
    def configured(cls) -> "Buffer":
        """Read both from the Terraform module `event_archive`."""
        text = STREAMS.read_text()
        found = dict(re.findall(r"buffering_(interval|size)\s*=\s*(\d+)", text))
        return cls(int(found["interval"]), int(found["size"]) * MB)

    def fills_in(self, bytes_per_second: float) -> float:
        """Return the seconds after which an object is written."""
        return min(self.seconds, self.size / bytes_per_second)


def transactions(
    rate: int, seconds: int, *, minimal: bool = False, seed: int = 7
) -> Iterator[str]:
    """Generate `rate` transactions per second, as published from the default source, blockchain.

    `minimal`: with hash, time, fee and size only, as from sources without other fields.
    """
    rng = random.Random(seed)
    for second in range(seconds):
        for _ in range(rate):
            name = f"{rng.getrandbits(256):064x}"
            fee, size = int(rng.lognormvariate(8.5, 1)) + 1, int(rng.lognormvariate(5.4, 0.6))
            fields = f'"hash":"{name}","time":{START + second},"fee":{fee},"size":{size}'
            other = "" if minimal else OTHER_FIELDS % (*rng.choices(range(1, 5), k=2), 3 * size)
            yield f"{{{fields}{other}}}"


def events(rate: int, seconds: int, *, minimal: bool = False) -> Iterator[tuple[int, str]]:
    """Yield (second of its poll, line) of all events."""
    generated, number = transactions(rate, seconds, minimal=minimal), 0
    for start in range(0, seconds, POLL_SECONDS):
        length = min(POLL_SECONDS, seconds - start)
        texts = [next(generated) for _ in range(rate * length)]
        polled = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + start + length - 1))
        for entry in batching.entries(texts):
            number += 1
            line = ENVELOPE.format(number=number, time=polled, detail=entry.detail)
            yield start + length, line


def objects(lines: Iterator[tuple[int, str]], buffer: Buffer) -> Iterator[bytes]:
    """Buffer lines and yield the bodies of raw objects."""
    buffered: list[str] = []
    size, since = 0, 0
    for second, line in lines:
        # Firehose's buffer does not start with a minute, so the first object is short.
        if buffered and (size >= buffer.size or second - since >= buffer.seconds):
            yield _body(buffered)
            buffered, size = [], 0
        if not buffered:
            since = second if since else -(buffer.seconds // 3)
        buffered.append(line)
        size += len(line) + 1
    if buffered:
        yield _body(buffered)


def write(folder: Path, rate: int, seconds: int, *, minimal: bool = False) -> int:
    """Write the objects of a stream as files; return their uncompressed bytes."""
    folder.mkdir(parents=True)
    size = 0
    for number, body in enumerate(
        objects(events(rate, seconds, minimal=minimal), Buffer.configured())
    ):
        (folder / f"{number:05}.gz").write_bytes(body)
        size += int.from_bytes(body[-4:], "little")  # the end of gzip
    return size


def read(folder: str) -> list[bytes]:
    """Read the raw objects of a stream."""
    return [file.read_bytes() for file in sorted(Path(folder).glob("*.gz"))]


def _body(lines: list[str]) -> bytes:
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), 6, mtime=0)
