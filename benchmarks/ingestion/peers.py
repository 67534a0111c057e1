"""The same rows by pandas and by DuckDB, as one would write them there."""

import gzip
import importlib
import json
from collections.abc import Iterator
from typing import Any

from benchmarks.ingestion import stream
from benchmarks.measure import Clock, peak_mb

Minutes = dict[str, list[str]]  # minute (ISO) -> count, sum, average, as the row writes them


def with_pandas(folder: str) -> dict[str, Any]:
    """`json.loads`, as above, then a DataFrame: distinct (hash, fee), smallest fee, by minute."""
    pandas = importlib.import_module("pandas")
    given = stream.read(folder)
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
    """Compute the same in DuckDB, from the files; one thread, because threads cost CPU seconds."""
    duckdb = importlib.import_module("duckdb")
    clock = Clock()
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(DUCKDB.format(f"{folder}/*.gz")).fetchall()
    return {"cpu": clock.seconds(), "peak": peak_mb(), "minutes": _as_written(rows)}


def _as_written(rows: list[tuple[int, int, int]]) -> Minutes:
    raw = importlib.import_module("window_aggregator.raw_object")
    return {
        raw._iso(minute): [str(count), str(total), repr(int(total) / count)]
        for minute, count, total in rows
    }
