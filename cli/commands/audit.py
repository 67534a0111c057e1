"""`evergreen audit`: account for every transaction of a range."""

from collections import Counter
from datetime import timedelta

from rich.console import RenderableType

from cli.app import command
from cli.aws import Json
from cli.connection import Connection
from cli.queries import archive, archive_objects
from cli.queries.metrics import ForgottenError, PollerCounts, poller_counts
from cli.queries.offline_rows import transaction_counts
from cli.queries.online_rows import online_rows, transactions
from cli.result import Result
from cli.terminal import note, progress_bar, sections, table
from cli.time_range import ONE_DAY, ONE_HOUR, Late, OptionalEnd, OptionalStart, TimeRange
from common.times import MINUTE, floor_minute, iso

HORIZON = timedelta(minutes=15)
IN_FLIGHT = timedelta(minutes=5)  # from the bus to a row, through Firehose's buffer
MAX_SHOWN = 10  # minutes that do not add up


@command("audit", "①–③ Account for every transaction of a range.")
def audit(
    connection: Connection,
    start: OptionalStart = None,
    end: OptionalEnd = None,
    late: Late = ONE_DAY,
) -> Result:
    """Compare poller, archive and rows; exit code 1 if any difference is unexplained."""
    end = end or floor_minute(connection.now)
    time_range = TimeRange(start or end - ONE_HOUR, end).until(connection.now)
    if time_range.end < end:
        note(f"minutes from {iso(time_range.end)} on have not ended yet and are not audited")
    found, rejected = _read_archive(connection, time_range, late)
    rows = online_rows(connection, time_range.minutes())
    stored = Counter({m: transactions(row) for m, row in rows.items()})
    distinct = found.by_minute()
    late_counts = found.by_minute(int(HORIZON.total_seconds()))
    if absent := distinct.keys() - stored.keys():  # expired online, or never written
        stored.update(transaction_counts(connection, time_range, absent))
    settled = _settled(connection, found)
    inconsistent: list[Json] = [
        {"minute": minute, "distinct": distinct[minute], "in_features": stored[minute]}
        for minute in sorted(distinct.keys() | stored.keys())
        if not _explained(distinct[minute], stored[minute], late_counts[minute])
    ]
    unsettled = [row for row in inconsistent if row["minute"] >= settled]
    inconsistent = [row for row in inconsistent if row["minute"] < settled]
    empty = set(time_range.minutes()) - distinct.keys() - stored.keys()
    counts = _poller_counts(connection, time_range)
    poller = _published(counts, found, settled)
    without_row = _without_row(counts, empty, settled)
    document = {
        "from": iso(time_range.start),
        "to": iso(time_range.end),
        **poller,
        "archived": found.received,
        "distinct": found.distinct,
        "in_two_minutes": found.contradicting,
        "in_features": sum(stored.values()),
        "late_beyond_horizon": sum(late_counts.values()),
        "rejected": rejected,
        "minutes": {
            "in_range": len(time_range.minutes()),
            "with_row": len(stored),
            **without_row,
            "in_flight": len(unsettled) + without_row["in_flight"],
            "inconsistent": inconsistent,
        },
        "invalid": found.invalid,
        "unreadable_objects": found.unreadable,
        "unexplained": (poller["lost"] or 0)
        + sum(abs(row["distinct"] - row["in_features"]) for row in inconsistent),
    }
    failed = document["unexplained"] or found.unreadable
    return Result(document, _body(document), 1 if failed else 0)


def _read_archive(
    connection: Connection, time_range: TimeRange, late: timedelta
) -> tuple[archive.Archived, int]:
    """Read the range's transactions, and count the records that the poller rejected."""
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    keys = archive_objects.raw_keys(connection, time_range, late)
    with progress_bar("reading the archive", len(keys)) as update:
        found = archive.archived(s3, bucket, keys, time_range, lambda: update(advance=1))
    end = time_range.end + late
    keys = list(
        archive_objects.list_keys(s3, bucket, archive_objects.REJECTED, time_range.start, end)
    )
    return found, archive.rejected(s3, bucket, keys, time_range, found.unreadable)


def _poller_counts(connection: Connection, time_range: TimeRange) -> PollerCounts | None:
    """Return what the poller counted, None if CloudWatch does not have it."""
    try:
        return poller_counts(connection, time_range)
    except ForgottenError as error:
        note(f"{error}. What was lost is not known.")
        return None


def _published(counts: PollerCounts | None, found: archive.Archived, settled: str) -> Json:
    """Compare what was published with the archive; everything is None if it is not known."""
    if counts is None:
        return dict.fromkeys(("polled", "published", "in_flight", "surplus", "lost"))
    published = counts.published.total()
    missing = max(0, published - found.received)
    behind = counts.published - counts.by_period(found.received_by_minute())
    recent = sum(count for period, count in behind.items() if counts.end(period) > settled)
    in_flight = min(missing, recent)
    return {
        "polled": counts.polled.total(),
        "published": published,
        "in_flight": in_flight,
        "surplus": max(0, found.received - published),
        "lost": missing - in_flight,
    }


def _without_row(counts: PollerCounts | None, empty: set[str], settled: str) -> Json:
    """Tell minutes that were polled from others; None without counts by the minute."""
    if counts is None or counts.period > MINUTE:
        return {"without_row": len(empty), "empty": None, "unknown": None, "in_flight": 0}
    polls = {minute for minute, count in counts.polls.items() if count}
    return {
        "without_row": len(empty),
        "empty": len(empty & polls),
        "unknown": sum(minute < settled for minute in empty - polls),
        "in_flight": sum(minute >= settled for minute in empty - polls),
    }


def _settled(connection: Connection, found: archive.Archived) -> str:
    """Return the minute (ISO) before which everything that was published has arrived.

    A poller that catches up publishes old minutes: while the archive receives objects, minutes
    from that of the newest archived event on may still be in flight.
    """
    now = connection.now
    settled = iso(floor_minute(now - IN_FLIGHT))
    if found.newest_key is None or not found.sent:
        return settled
    newest = connection.clients("s3").head_object(
        Bucket=connection.outputs.bucket_name, Key=found.newest_key
    )
    if abs(now - newest["LastModified"]) > IN_FLIGHT:
        return settled
    return min(settled, max(minute for minute, _ in found.sent.values()))


def _explained(distinct: int, stored: int, late: int) -> bool:
    """Return whether a row has all transactions of its minute, except for some late ones."""
    return distinct - late <= stored <= distinct


def _body(document: Json) -> RenderableType:
    minutes = document["minutes"]
    rows = [
        ("polled", document["polled"], "transactions in polls, repeats included"),
        ("published", document["published"], "by the poller, each once"),
        ("archived", document["archived"], "of these in S3"),
        ("in flight", document["in_flight"], "published, and may still be in Firehose's buffer"),
        ("lost", document["lost"], "published, and not in S3"),
        ("surplus", document["surplus"], "in S3 and not in the poller's metric"),
        ("distinct", document["distinct"], "transactions of these minutes in the archive"),
        ("in two minutes", document["in_two_minutes"], "have two different times; both count"),
        ("in features", document["in_features"], f"in {minutes['with_row']} rows"),
        ("without row", minutes["without_row"], "minutes; of these"),
        ("empty minutes", minutes["empty"], "were polled and had no transaction"),
        ("unknown minutes", minutes["unknown"], "were not polled"),
        ("recent minutes", minutes["in_flight"], "may still change or get their row"),
        ("late", document["late_beyond_horizon"], "arrived more than 15 minutes late"),
        ("rejected", document["rejected"], "records were not valid transactions"),
        ("invalid", document["invalid"], "in the archive; a dead letter has the reason"),
        ("unexplained", document["unexplained"], "must be 0"),
    ]
    rows = [(name, "not known" if n is None else n, meaning) for name, n, meaning in rows]
    parts = [table(f"①–③ {document['from']} to {document['to']}", rows)]
    if inconsistent := minutes["inconsistent"]:
        lines = [
            (row["minute"], row["distinct"], row["in_features"])
            for row in inconsistent[:MAX_SHOWN]
        ]
        headers = ("minute", "distinct", "in features")
        parts.append(table(f"{len(inconsistent)} minutes do not add up", lines, headers))
    if keys := document["unreadable_objects"]:
        parts.append(table("objects that are not gzip of JSON lines", [(key,) for key in keys]))
    return sections(*parts)
