"""Run the poller on a recorded file, and decode that file alone."""

import gzip
import importlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.ingestion import fake_aws
from benchmarks.measure import CpuClock, peak_mb


def poller(file: str, remembered: str = "0") -> dict[str, Any]:
    """Run the poller on a recorded file; PutEvents is serialized, signed, and then accepted."""
    boto3 = importlib.import_module("boto3")
    config, deduplication, health, loop, metrics, publisher = (
        importlib.import_module(f"poller.{name}")
        for name in ("config", "deduplication", "health", "loop", "metrics", "publisher")
    )
    replay = importlib.import_module("poller.sources.replay")
    os.environ.update(fake_aws.ENVIRONMENT)
    client, sent = boto3.client("events"), [0]

    def accept(request: Any, **_: object) -> Any:
        sent[0] += 1
        body = json.dumps({"FailedEntryCount": 0, "Entries": []}).encode()
        response = importlib.import_module("botocore.awsrequest").AWSResponse
        return response(request.url, 200, {}, _Body(body))

    client.meta.events.register_first("before-send.eventbridge.PutEvents", accept)
    stop = Event()
    settings = config.Settings(event_bus_name="b", metric_namespace="m", source="simulator")
    known = deduplication.Deduplication(*filter(None, [int(remembered)]))
    clock = CpuClock()
    with redirect_stdout(io.StringIO()):  # metrics
        totals = loop.run(
            replay.polls(file, 10, 2_000_000_000),
            known,
            publisher.Publisher(client, "b", stop),
            metrics.Metrics("m"),
            health.Health(settings),
            stop,
        )
    return {
        "cpu": clock.seconds(),
        "peak": peak_mb(),
        "published": totals.published,
        "requests": sent[0],
    }


class _Body(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def decode_lines(file: str) -> dict[str, Any]:
    """Only decode what the poller reads: gunzip and `json.loads` of each line."""
    body = Path(file).read_bytes()
    clock = CpuClock()
    for line in gzip.decompress(body).splitlines():
        json.loads(line)
    return {"cpu": clock.seconds(), "peak": peak_mb()}
