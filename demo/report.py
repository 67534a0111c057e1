"""demo/report.json: every number read back from the AWS APIs or the archive, none counted here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cli import reads
from cli.reads import archive
from demo import features
from demo.server import Server
from demo.stream import epoch

# A recorded file may be of any time.
EVER = (datetime(2009, 1, 3, tzinfo=UTC), *[datetime(2200, 1, 1, tzinfo=UTC)] * 2)
KEYS = ("time", "stage", "wql", "threshold")


@dataclass(frozen=True, slots=True)
class Findings:
    """The report, and what only the picture needs beside it."""

    report: dict[str, Any]
    rows: list[features.Minute]
    forecasts: list[dict[str, Any]]  # readings with their quantiles


def read(server: Server, outputs: dict[str, Any], since: int) -> Findings:
    """Read everything back; `since` is the first virtual moment (epoch seconds)."""
    prefix, bucket = outputs["prefix"], outputs["bucket_name"]
    clients = server.client
    s3 = clients("s3")
    archived = archive.archived(s3, bucket, *EVER)
    minutes = set(archived.by_minute()) | features.aggregated(s3, bucket)
    rows = features.rows(clients, prefix, minutes)
    log = reads.decisions(clients, prefix)
    readings = reads.readings(clients, prefix)
    transactions = {
        "polled": _polled(server, prefix, since),
        "distinct": archived.distinct,
        "in_features": sum(row.transactions for row in rows),
        "set_aside": archive.set_aside(s3, bucket, *EVER),
    }
    report = {
        "transactions": transactions,
        "minutes": features.covered(rows),
        "models": reads.models(clients, prefix, log),
        "monitoring": [{key: one[key] for key in KEYS} for one in readings],
        "alarms": reads.alarm_changes(clients, prefix),
        "retrains": reads.retrains(clients, prefix, log),
    }
    return Findings(report, rows, readings)


def _polled(server: Server, prefix: str, since: int) -> int:
    """Sum the poller's metric over the run."""
    answer = server.client("cloudwatch").get_metric_statistics(
        Namespace=f"Evergreen/{prefix}",
        MetricName="TransactionsPolled",
        StartTime=datetime.fromtimestamp(since, UTC) - timedelta(days=1),
        EndTime=epoch(server.clock()["now"]) + 86_400,
        Period=86_400,
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in answer["Datapoints"]))
