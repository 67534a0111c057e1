"""What is measured, each task in a process of its own: `work.py TASK …` prints one line of JSON.

Imports and the reading of files are not counted; what a task decodes and makes of it is.
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

from benchmarks.ingestion import aws, peers, publishing, stream
from benchmarks.measure import Clock, limit_memory, peak_mb

CONTEXT = SimpleNamespace(
    aws_request_id="0",
    function_name="benchmark",
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:benchmark",
    memory_limit_in_mb="512",
)


def decode(folder: str) -> dict[str, Any]:
    """Decode alone, the limit: gunzip and `json.loads` of each line, and nothing kept."""
    given = stream.read(folder)
    clock = Clock()
    for body in given:
        for line in gzip.decompress(body).splitlines():
            json.loads(line)
    return {"cpu": clock.seconds(), "peak": peak_mb()}


def aggregator(folder: str, memory: str = "0", last: str = "0", cold: str = "0") -> dict[str, Any]:
    """Run `window_aggregator`'s handler on object after object, in at most `memory` MB.

    `cold`: each time as if the function had just started and had to read all other parts.
    """
    account, handler = _deployed(Path(folder))
    if int(memory):
        limit_memory(int(memory))
    keys = sorted(file.name for file in Path(folder).glob("*.gz"))[: int(last) or None]
    _invoke(handler, keys[0])  # a cold start is not what is measured
    shutil.rmtree(account.folder / "minutes")
    account.forget()
    _forget_parts()
    each = []
    for key in keys:
        if int(cold):
            _forget_parts()
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


def _deployed(folder: Path) -> tuple[aws.Account, Any]:
    shutil.rmtree(folder / "minutes", ignore_errors=True)
    os.environ.update(aws.SETTINGS)
    handler = importlib.import_module("window_aggregator.handler")
    handler.logger.logger_handler.setStream(io.StringIO())  # lines are formatted, not printed
    account = aws.Account(folder)
    account.answer_for(handler.s3)
    account.answer_for(handler.store)
    return account, handler


def _invoke(handler: Any, key: str) -> float:
    detail = {"bucket": {"name": aws.BUCKET}, "object": {"key": key}}
    clock = Clock()
    with contextlib.redirect_stdout(io.StringIO()):
        handler.lambda_handler({"time": "2024-10-10T12:00:00Z", "detail": detail}, CONTEXT)
    return clock.seconds()


def _forget_parts() -> None:
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
