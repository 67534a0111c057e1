"""The same rows with pandas and with DuckDB, in their idiomatic form."""

import gzip
import importlib
import json
from collections.abc import Iterator
from typing import Any

from benchmarks.ingestion import stream
from benchmarks.measure import CpuClock, peak_mb

Minutes = dict[str, list[str]]  # minute (ISO) -> count, sum, average as in the row


def with_pandas(folder: str) -> dict[str, Any]:
    """Decode with `json.loads`, then aggregate a DataFrame: lowest fee per hash and minute."""
    pandas = importlib.import_module("pandas")
    bodies = stream.read(folder)
    clock = CpuClock()
    frame = pandas.DataFrame.from_records(_transactions(bodies), columns=["hash", "time", "fee"])
    lowest = frame.assign(minute=frame["time"] // 60).groupby(["minute", "hash"])["fee"].min()
    totals = lowest.groupby(level="minute").agg(["size", "sum"])
    rows = [(int(minute), int(row["size"]), int(row["sum"])) for minute, row in totals.iterrows()]
    return {"cpu": clock.seconds(), "peak": peak_mb(), "minutes": _row_texts(rows)}


def _transactions(bodies: list[bytes]) -> Iterator[dict[str, Any]]:
    for body in bodies:
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
    """Aggregate the files in SQL, with one thread: threads cost CPU seconds."""
    duckdb = importlib.import_module("duckdb")
    clock = CpuClock()
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(DUCKDB.format(f"{folder}/*.gz")).fetchall()
    return {"cpu": clock.seconds(), "peak": peak_mb(), "minutes": _row_texts(rows)}


def _row_texts(rows: list[tuple[int, int, int]]) -> Minutes:
    raw_object = importlib.import_module("window_aggregator.raw_object")
    return {
        raw_object._iso(minute): [str(count), str(total), repr(int(total) / count)]
        for minute, count, total in rows
    }
