"""Firehose to S3: records wait for the buffer's size or age, then become one object."""

import gzip
import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from ministack.services import firehose

from local import runtime
from local.clock import Timer

log = logging.getLogger(__name__)

RETRY_SECONDS = 60


@dataclass(slots=True)
class Buffer:
    """What one delivery stream holds; `since` is when its oldest record arrived."""

    since: float
    timer: Timer
    records: list[bytes] = field(default_factory=list)
    size: int = 0


_lock = threading.Lock()
_buffers: dict[str, Buffer] = {}


def take(
    stream: dict[str, Any], destination: dict[str, Any], records: list[tuple[str, bytes]]
) -> None:
    """Buffer records of one destination (the signature is MiniStack's)."""
    destination["records"].clear()  # MiniStack keeps every record for ever
    name, hints = stream["name"], destination["config"].get("BufferingHints") or {}
    records = firehose._apply_lambda_processors(stream, destination, records)
    delimiter = _delimiter(destination["config"])
    with _lock:
        buffer = _buffers.get(name)
        if buffer is None:
            wait = float(hints.get("IntervalInSeconds", 300))
            timer = runtime.clock.call_later(wait, flush, name)
            buffer = _buffers[name] = Buffer(runtime.clock.now(), timer)
        for _, data in records:
            buffer.records.append(data + delimiter)
            buffer.size += len(data) + len(delimiter)
        full = buffer.size >= int(hints.get("SizeInMBs", 5)) * 1024 * 1024
    if full:
        runtime.clock.spawn(flush, name)


def flush(name: str) -> None:
    """Write what is buffered now as one object."""
    with _lock:
        buffer = _buffers.pop(name, None)
    stream = firehose._streams.get(name)
    if buffer is None or stream is None:
        return
    buffer.timer.cancel()
    for destination in stream["destinations"]:
        key, body = as_object(stream, destination["config"], buffer)
        _put(destination["config"]["BucketARN"].rpartition(":")[2], key, body)


def as_object(stream: dict[str, Any], config: dict[str, Any], buffer: Buffer) -> tuple[str, bytes]:
    """Return key and body in Firehose's naming: prefix at arrival, stream, version, time, id."""
    arrived = time.gmtime(buffer.since)
    stamp = time.strftime("%Y-%m-%d-%H-%M-%S", arrived)
    prefix = firehose._evaluate_prefix(config.get("Prefix", ""), arrived)
    compressed = config.get("CompressionFormat") == "GZIP"
    extension = config.get("FileExtension") or (".gz" if compressed else "")
    key = f"{prefix}{stream['name']}-{stream['version']}-{stamp}-{uuid.uuid4()}{extension}"
    body = b"".join(buffer.records)
    return key, gzip.compress(body, compresslevel=1, mtime=0) if compressed else body


def _put(bucket: str, key: str, body: bytes) -> None:
    """Write until S3 takes it, as Firehose does for a day."""
    try:
        runtime.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    except Exception as error:  # noqa: BLE001 - S3's refusals and a broken connection alike
        log.warning("Firehose could not write s3://%s/%s: %s", bucket, key, error)
        runtime.clock.call_later(RETRY_SECONDS, _put, bucket, key, body)


def _delimiter(config: dict[str, Any]) -> bytes:
    """Return what AppendDelimiterToRecord asks for, nothing if it is not configured."""
    processing = config.get("ProcessingConfiguration") or {}
    for processor in processing.get("Processors") or []:
        if processor["Type"] == "AppendDelimiterToRecord" and processing.get("Enabled"):
            given = {
                p["ParameterName"]: p["ParameterValue"] for p in processor.get("Parameters", [])
            }
            return given.get("Delimiter", "\\n").encode().decode("unicode_escape").encode()
    return b""


def _description(original: Any) -> Any:
    """Describe the time zone as AWS does, which MiniStack leaves out."""

    def wrapper(destination: dict[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = original(destination)
        if extended := described.get("ExtendedS3DestinationDescription"):
            extended["CustomTimeZone"] = destination["config"].get("CustomTimeZone", "UTC")
        return described

    return wrapper


def install() -> None:
    """Buffer instead of writing each record as an object."""
    firehose._deliver_records_to_s3 = take
    firehose._dest_description = _description(firehose._dest_description)
