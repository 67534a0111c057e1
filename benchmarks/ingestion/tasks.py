"""Measured tasks: `python -m benchmarks.ingestion.tasks TASK …` prints a JSON line.

Each runs in a process of its own. Imports and reading files do not count.
"""

import contextlib
import gzip
import importlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.ingestion import fake_aws, peers, publishing, stream
from benchmarks.measure import CpuClock, limit_memory, peak_mb

CONTEXT = SimpleNamespace(
    aws_request_id="0",
    function_name="benchmark",
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:benchmark",
    memory_limit_in_mb="512",
)


def decode(folder: str) -> dict[str, Any]:
    """Only decode, which is the limit: gunzip and `json.loads` of each line."""
    bodies = stream.read(folder)
    clock = CpuClock()
    for body in bodies:
        for line in gzip.decompress(body).splitlines():
            json.loads(line)
    return {"cpu": clock.seconds(), "peak": peak_mb()}


def aggregator(
    folder: str, memory: str = "0", count: str = "0", cold: str = "0"
) -> dict[str, Any]:
    """Run the handler of `window_aggregator` on one object after the other, within `memory` MB.

    `count`: number of objects (0: all). `cold`: without cached parts, as after a cold start.
    """
    account, handler = _deploy(Path(folder))
    if int(memory):
        limit_memory(int(memory))
    keys = sorted(file.name for file in Path(folder).glob("*.gz"))[: int(count) or None]
    _invoke(handler, keys[0])  # the first invocation is not measured
    shutil.rmtree(account.folder / "minutes")
    account.reset()
    _clear_cache()
    each = []
    for key in keys:
        if int(cold):
            _clear_cache()
        each.append(_invoke(handler, key))
    return {
        "cpu": sum(each),
        "each": each,
        "peak": peak_mb(),
        "parts_read": sum(file.suffix == ".json" for file in account.read),
        "calls": account.calls,
        "minutes": {
            minute: [row["total_nb_trx_1min"], row["total_fee_1min"], row["avg_fee_1min"]]
            for minute, row in account.rows.items()
        },
    }


def _deploy(folder: Path) -> tuple[fake_aws.Account, Any]:
    shutil.rmtree(folder / "minutes", ignore_errors=True)
    os.environ.update(fake_aws.ENVIRONMENT)
    handler = importlib.import_module("window_aggregator.handler")
    handler.logger.logger_handler.setStream(io.StringIO())  # format lines, print nothing
    account = fake_aws.Account(folder)
    account.connect(handler.s3)
    account.connect(handler.store)
    return account, handler


def _invoke(handler: Any, key: str) -> float:
    detail = {"bucket": {"name": fake_aws.BUCKET}, "object": {"key": key}}
    clock = CpuClock()
    with contextlib.redirect_stdout(io.StringIO()):
        handler.lambda_handler({"time": "2024-10-10T12:00:00Z", "detail": detail}, CONTEXT)
    return clock.seconds()


def _clear_cache() -> None:
    parts: Any = importlib.import_module("window_aggregator.parts")
    parts.CACHE = parts.PartCache(parts.CACHE_BYTES)


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "aggregator": aggregator,
    "decode": decode,
    "decode_lines": publishing.decode_lines,
    "duckdb": peers.with_duckdb,
    "pandas": peers.with_pandas,
    "poller": publishing.poller,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
