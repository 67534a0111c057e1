"""demo/report.json: numbers read from the AWS APIs and the archive after the run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.connection import Connection
from cli.queries import archive, archive_objects
from cli.queries.alarms import alarm_changes
from cli.queries.decisions import decisions, retrains
from cli.queries.models import models
from cli.queries.monitoring import monitoring_results
from cli.queries.training_costs import with_costs
from cli.time_range import TimeRange
from demo import features

# A recorded file may be from any time.
ALWAYS = TimeRange(datetime(2009, 1, 3, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
KEYS = (
    *("time", "stage", "wql", "reference_wql", "naive_wql"),
    *("relative_loss", "threshold", "breach", "breach_since"),
)


@dataclass(frozen=True, slots=True)
class Findings:
    """The report, and further data for the picture."""

    report: dict[str, Any]
    rows: list[features.Minute]
    forecasts: list[dict[str, Any]]  # windows of the monitoring results, oldest first


def read(connection: Connection, since: int, until: float) -> Findings:
    """Read everything; the run lasted from `since` to `until` (virtual time, epoch seconds)."""
    bucket, s3 = connection.outputs.bucket_name, connection.clients("s3")
    raw, rejected = (
        list(archive_objects.list_keys(s3, bucket, prefix, ALWAYS.start, ALWAYS.end))
        for prefix in (archive_objects.RAW, archive_objects.REJECTED)
    )
    archived = archive.archived(s3, bucket, raw, ALWAYS, lambda: None)
    minutes = set(archived.by_minute()) | features.aggregated(s3, bucket)
    rows = features.read_rows(connection, minutes)
    log = decisions(connection)
    results = monitoring_results(connection)
    transactions = {
        "polled": _polled(connection, since, until),
        "distinct": archived.distinct,
        "in_features": sum(row.transactions for row in rows),
        "rejected": archive.rejected(s3, bucket, rejected, ALWAYS, []),
    }
    report = {
        "transactions": transactions,
        "minutes": features.coverage(rows),
        "models": models(connection, log),
        "monitoring": [{key: result[key] for key in KEYS} for result in results],
        "alarms": alarm_changes(connection),
        "retrains": with_costs(connection, retrains(connection, log)),
    }
    windows = [window for result in results for window in reversed(result["windows"])]
    return Findings(report, rows, [window for window in windows if "quantiles" in window])


def _polled(connection: Connection, since: int, until: float) -> int:
    """Sum the poller's metric over the run."""
    response = connection.clients("cloudwatch").get_metric_statistics(
        Namespace=connection.outputs.metric_namespace,
        MetricName="TransactionsPolled",
        StartTime=datetime.fromtimestamp(since, UTC) - timedelta(days=1),
        EndTime=until + 86_400,
        Period=86_400,
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in response["Datapoints"]))
