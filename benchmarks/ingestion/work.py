"""What is measured, each task in a process of its own: `work.py TASK …` prints one line of JSON.

Imports and the reading of files are not counted; what a task decodes and makes of it is.
"""

import contextlib
import gzip
import importlib
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.ingestion import aws
from benchmarks.measure import Clock, limit_memory, peak_mb

Minutes = dict[str, list[str]]  # minute (ISO) -> count, sum, average, as the row writes them


def bodies(folder: str) -> list[bytes]:
    """Read the raw objects of a stream."""
    return [file.read_bytes() for file in sorted(Path(folder).glob("*.gz"))]


def decode(folder: str) -> dict[str, Any]:
    """Decode alone, the limit: gunzip and `json.loads` of each line, and nothing kept."""
    given = bodies(folder)
    clock = Clock()
    for body in given:
        for line in gzip.decompress(body).splitlines():
            json.loads(line)
    return {"cpu": clock.seconds(), "peak": peak_mb()}


def aggregator(folder: str, memory: str = "0", last: str = "0") -> dict[str, Any]:
    """Run `window_aggregator`'s handler on object after object, in at most `memory` MB."""
    account, handler = _deployed(Path(folder))
    if int(memory):
        limit_memory(int(memory))
    keys = sorted(file.name for file in Path(folder).glob("*.gz"))[: int(last) or None]
    _invoke(handler, keys[0])  # a cold start is not what is measured
    shutil.rmtree(account.folder / "minutes")
    account.forget()
    each = [_invoke(handler, key) for key in keys]
    parts = [file for file in account.read if file.suffix == ".json"]
    return {
        "cpu": sum(each),
        "each": each,
        "peak": peak_mb(),
        "parts_read": len(parts),
        "parts_cpu": _loads(parts),
        "calls": account.calls,
        "minutes": {
            minute: [row["total_nb_trx_1min"], row["total_fee_1min"], row["avg_fee_1min"]]
            for minute, row in account.rows.items()
        },
    }


def _deployed(folder: Path) -> tuple[aws.Account, Any]:
    shutil.rmtree(folder / "minutes", ignore_errors=True)
    handler = importlib.import_module("window_aggregator.handler")
    account = aws.Account(folder)
    account.answer_for(handler.s3)
    account.answer_for(handler.store)
    return account, handler


def _invoke(handler: Any, key: str) -> float:
    detail = {"bucket": {"name": aws.BUCKET}, "object": {"key": key}}
    clock = Clock()
    with contextlib.redirect_stdout(io.StringIO()):
        handler.lambda_handler({"time": "2024-10-10T12:00:00Z", "detail": detail}, None)
    return clock.seconds()


def _loads(files: list[Path]) -> float:
    texts = [file.read_bytes() for file in files]
    clock = Clock()
    for text in texts:
        json.loads(text)
    return clock.seconds()


def with_pandas(folder: str) -> dict[str, Any]:
    """`json.loads`, as above, then a DataFrame: distinct (hash, fee), smallest fee, by minute."""
    pandas = importlib.import_module("pandas")
    given = bodies(folder)
    clock = Clock()
    frame = pandas.DataFrame.from_records(_transactions(given), columns=["hash", "time", "fee"])
    one_each = frame.assign(minute=frame["time"] // 60).groupby(["minute", "hash"])["fee"].min()
    made = one_each.groupby(level="minute").agg(["size", "sum"])
    rows = [(int(minute), int(row["size"]), int(row["sum"])) for minute, row in made.iterrows()]
    return {"cpu": clock.seconds(), "peak": peak_mb(), "minutes": _as_written(rows)}


def _transactions(given: list[bytes]) -> Iterator[dict[str, Any]]:
    for body in given:
        for line in gzip.decompress(body).splitlines():
            yield from json.loads(line)["detail"]["transactions"]


DUCKDB = """
SELECT time // 60, count(*), sum(fee) FROM (
  SELECT t.time AS time, min(t.fee) AS fee FROM (
    SELECT unnest(detail.transactions) AS t FROM read_json('{}', format='newline_delimited',
      maximum_object_size=2000000, columns={{
      detail: 'STRUCT(transactions STRUCT("hash" VARCHAR, "time" BIGINT, fee BIGINT)[])'}})
  ) GROUP BY t.hash, t.time
) GROUP BY 1
"""


def with_duckdb(folder: str) -> dict[str, Any]:
    """The same in DuckDB's SQL, from the files, with one thread: threads cost CPU seconds."""
    duckdb = importlib.import_module("duckdb")
    clock = Clock()
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(DUCKDB.format(f"{folder}/*.gz")).fetchall()
    return {"cpu": clock.seconds(), "peak": peak_mb(), "minutes": _as_written(rows)}


def _as_written(rows: list[tuple[int, int, int]]) -> Minutes:
    raw = importlib.import_module("window_aggregator.raw")
    return {
        raw._iso(minute): [str(count), str(total), repr(int(total) / count)]
        for minute, count, total in rows
    }


def poller(file: str, remembered: str = "0") -> dict[str, Any]:
    """Run the poller on a recorded file; PutEvents is serialised and signed, and then taken."""
    boto3 = importlib.import_module("boto3")
    health, metrics, publisher, run, seen, settings = (
        importlib.import_module(f"poller.{name}")
        for name in ("health", "metrics", "publisher", "run", "seen", "settings")
    )
    replay = importlib.import_module("poller.sources.replay")
    client, sent = boto3.client("events"), [0]

    def taken(request: Any, **_: object) -> Any:
        sent[0] += 1
        answer = json.dumps({"FailedEntryCount": 0, "Entries": []}).encode()
        response = importlib.import_module("botocore.awsrequest").AWSResponse
        return response(request.url, 200, {}, _Body(answer))

    client.meta.events.register_first("before-send.eventbridge.PutEvents", taken)
    stop = Event()
    given = {"EVENT_BUS_NAME": "b", "METRIC_NAMESPACE": "m", "SOURCE": "simulator"}
    beats = health.Health(settings.Settings.from_env(given))
    memory = seen.Seen(int(remembered)) if int(remembered) else seen.Seen()
    clock = Clock()
    totals = run.run(
        replay.polls(file, 10, 2_000_000_000),
        memory,
        publisher.Publisher(client, "b", stop),
        metrics.Metrics("m", io.StringIO()),
        beats,
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
    """Decode alone what the poller reads: gunzip and `json.loads` of each line."""
    body = Path(file).read_bytes()
    clock = Clock()
    for line in gzip.decompress(body).splitlines():
        json.loads(line)
    return {"cpu": clock.seconds(), "peak": peak_mb()}


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "aggregator": aggregator,
    "decode": decode,
    "decode_lines": decode_lines,
    "duckdb": with_duckdb,
    "pandas": with_pandas,
    "poller": poller,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
