"""`evergreen backfill`: recompute the rows of a range from the archive, without the bus."""

import json
from concurrent.futures import ThreadPoolExecutor

from cli.app import command
from cli.aws import Json
from cli.checkpoint import Checkpoint
from cli.connection import Connection
from cli.queries.archive import transactions
from cli.queries.archive_objects import load, raw_keys
from cli.result import Result
from cli.time_range import ONE_DAY, End, Late, Start, TimeRange
from common.times import iso

CONCURRENCY = 4  # invocations of the aggregator


@command("backfill", "③ Archive to rows: recompute a range.", changes=True, resumable=True)
def backfill(connection: Connection, start: Start, end: End, late: Late = ONE_DAY) -> Result:
    """Invoke the aggregator for every object of the range."""
    time_range = TimeRange(start, end)
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    function = connection.outputs.function("window_aggregator")
    checkpoint = Checkpoint(s3, bucket, f"backfill-{time_range.name}")

    def aggregate(key: str) -> Json | None:
        """Aggregate one object -> key and failure; None if it has no transaction of the range."""
        damaged: list[str] = []
        events = load(s3, bucket, [key], damaged)
        times = [t["time"] for event in events for t in transactions(event)[0]]
        if damaged and not times:
            return {"key": key, "failure": f"s3://{bucket}/{key} is not gzip"}
        if not any(map(time_range.contains, times)):
            return None
        event = {
            "source": "evergreen.cli",
            "time": iso(connection.now),
            "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
        }
        response = connection.clients("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event)
        )
        payload = json.loads(response["Payload"].read())
        failure = payload["errorMessage"] if "FunctionError" in response else None
        return {"key": key, "failure": failure}

    keys = raw_keys(connection, time_range, late)
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        batches = checkpoint.batches(keys)
        results = [row for batch in batches for row in pool.map(aggregate, batch) if row]
    failed = [row for row in results if row["failure"]]
    done = len(results) - len(failed)
    document = {"objects": done, "failed": failed, "resumed": checkpoint.resumed}
    lines = [f"③ recomputed the minutes of {done:,} archived objects"]
    lines += [f"failed: {row['key']}: {row['failure']}" for row in failed]
    return Result(document, "\n".join(lines), 1 if failed else 0)
