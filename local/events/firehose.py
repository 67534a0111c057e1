"""Firehose to S3: buffer records by size and age, then write them as one object."""

import gzip
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local import ministack, runtime
from local.clock.timer import Timer
from local.iam import principals

log = logging.getLogger(__name__)

RETRY_SECONDS = 60


@dataclass(slots=True)
class Buffer:
    """The records of one delivery stream; `since` is when the oldest one arrived."""

    since: float
    timer: Timer | None  # None in a restored state
    records: list[bytes] = field(default_factory=list)
    size: int = 0


_lock = threading.Lock()
buffers: dict[str, Buffer] = {}


def buffer_records(
    stream: dict[str, Any], destination: dict[str, Any], records: list[tuple[str, bytes]]
) -> None:
    """Buffer records of one destination (with the signature of MiniStack's function)."""
    destination["records"].clear()  # MiniStack would retain every record
    name, hints = stream["name"], destination["config"].get("BufferingHints") or {}
    records = ministack.run_processors(stream, destination, records)
    delimiter = _delimiter(destination["config"])
    with _lock:
        buffer = buffers.get(name)
        if buffer is None:
            timer = runtime.clock.call_later(_interval(hints), flush, name)
            buffer = buffers[name] = Buffer(runtime.clock.now(), timer)
        for _, data in records:
            buffer.records.append(data + delimiter)
            buffer.size += len(data) + len(delimiter)
        full = buffer.size >= int(hints.get("SizeInMBs", 5)) * 1024 * 1024
    if full:
        runtime.clock.spawn(flush, name)


def flush(name: str) -> None:
    """Write the buffer of a delivery stream as one object."""
    with _lock:
        buffer = buffers.pop(name, None)
    stream = ministack.delivery_streams.get(name)
    if buffer is None or stream is None:
        return
    if buffer.timer is not None:
        buffer.timer.cancel()
    for destination in stream["destinations"]:
        key, body = _to_object(stream, destination["config"], buffer)
        bucket = destination["config"]["BucketARN"].rpartition(":")[2]
        _put(destination["config"]["RoleARN"], bucket, key, body)


def resume() -> None:
    """Set the timers of restored buffers."""
    for name, buffer in list(buffers.items()):
        stream = ministack.delivery_streams.get(name)
        hints = stream["destinations"][0]["config"].get("BufferingHints") or {} if stream else {}
        buffer.timer = runtime.clock.call_at(buffer.since + _interval(hints), flush, name)


def _interval(hints: dict[str, Any]) -> float:
    """Return the seconds after which a buffer is written."""
    return float(hints.get("IntervalInSeconds", 300))


def _to_object(
    stream: dict[str, Any], config: dict[str, Any], buffer: Buffer
) -> tuple[str, bytes]:
    """Return key and body; the key is prefix, stream, version, arrival time and a UUID."""
    arrival = time.gmtime(buffer.since)
    stamp = time.strftime("%Y-%m-%d-%H-%M-%S", arrival)
    prefix = ministack.expand_prefix(config.get("Prefix", ""), arrival)
    compressed = config.get("CompressionFormat") == "GZIP"
    extension = config.get("FileExtension") or (".gz" if compressed else "")
    key = f"{prefix}{stream['name']}-{stream['version']}-{stamp}-{uuid.uuid4()}{extension}"
    body = b"".join(buffer.records)
    return key, gzip.compress(body, compresslevel=1, mtime=0) if compressed else body


def _put(role: str, bucket: str, key: str, body: bytes) -> None:
    """Write an object with the stream's role, retrying until S3 accepts it."""
    try:
        with runtime.acting(principals.assume(role, "firehose", "FirehoseToS3")):
            runtime.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    except Exception as error:  # noqa: BLE001 - S3 errors and connection errors alike
        log.warning("Firehose could not write s3://%s/%s: %s", bucket, key, error)
        runtime.clock.call_later(RETRY_SECONDS, _put, role, bucket, key, body)


def _delimiter(config: dict[str, Any]) -> bytes:
    """Return the delimiter of AppendDelimiterToRecord, empty if it is not configured."""
    processing = config.get("ProcessingConfiguration") or {}
    for processor in processing.get("Processors") or []:
        if processor["Type"] == "AppendDelimiterToRecord" and processing.get("Enabled"):
            parameters = {
                p["ParameterName"]: p["ParameterValue"] for p in processor.get("Parameters", [])
            }
            return parameters.get("Delimiter", "\\n").encode().decode("unicode_escape").encode()
    return b""


def _add_time_zone(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Add the CustomTimeZone of a destination, which MiniStack omits."""

    def wrapper(destination: dict[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = describe(destination)
        if extended := described.get("ExtendedS3DestinationDescription"):
            extended["CustomTimeZone"] = destination["config"].get("CustomTimeZone", "UTC")
        return described

    return wrapper


def install() -> None:
    """Buffer records, which MiniStack writes as one object each."""
    ministack.deliver_to_s3.replace(buffer_records)
    ministack.describe_destination.wrap(_add_time_zone)
