"""`evergreen audit`: accounts for every transaction of a range."""

import argparse
from collections import Counter
from datetime import timedelta
from typing import Any

from cli.commands.outcome import Outcome
from cli.commands.span import Span, add_span
from cli.connection import Connection
from cli.reads import archive, history, minutes
from cli.reads.aws import Clients, Json, bucket, iso
from cli.tables import table

HORIZON = timedelta(minutes=15)
SHOWN = 10  # minutes that do not add up


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "audit", parents=[common], help="①–③ account for every transaction of a range"
    )
    add_span(parser)
    parser.set_defaults(run=run)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Compare poller, archive and rows -> exit code 1 if something is unexplained."""
    span, clients, prefix = Span.of(given), connection.clients, connection.prefix
    s3, place = clients("s3"), bucket(clients, prefix)
    found = archive.archived(s3, place, span.since, span.until, span.read_to)
    rows = minutes.rows(clients, prefix, span.minutes())
    held = {minute: int(row["total_nb_trx_1min"]) for minute, row in rows.items()}
    distinct, late = found.by_minute(), found.by_minute(int(HORIZON.total_seconds()))
    if gone := distinct.keys() - held.keys():  # rows that have expired online are history
        held |= history.transactions(clients, prefix, span.since, span.until, gone)
    odd: list[Json] = [
        {"minute": minute, "distinct": distinct.get(minute, 0), "in_features": held.get(minute, 0)}
        for minute in sorted(distinct.keys() | held.keys())
        if not _explained(distinct.get(minute, 0), held.get(minute, 0), late.get(minute, 0))
    ]
    published = sum(_metric(clients, prefix, "TransactionsPublished", span).values())
    lost = max(0, published - found.received)
    without = set(span.minutes()) - distinct.keys() - held.keys()
    heard = {minute for minute, count in _metric(clients, prefix, "Polls", span).items() if count}
    document = {
        "from": iso(span.since),
        "to": iso(span.until),
        "polled": sum(_metric(clients, prefix, "TransactionsPolled", span).values()),
        "published": published,
        "archived": found.received,
        "distinct": found.distinct,
        "in_two_minutes": found.contradicting,
        "in_features": sum(held.values()),
        "late_beyond_horizon": sum(late.values()),
        "set_aside": archive.set_aside(s3, place, span.since, span.until, span.read_to),
        "minutes": {
            "in_range": len(span.minutes()),
            "with_row": len(held),
            "empty": len(without & heard),
            "unknown": len(without - heard),
            "odd": odd,
        },
        "refused": found.refused,
        "unreadable_objects": found.unreadable,
        "lost": lost,
        "unexplained": lost + sum(abs(one["distinct"] - one["in_features"]) for one in odd),
    }
    clean = not document["unexplained"] and not found.unreadable
    return Outcome(document, _text(document), 0 if clean else 1)


def _explained(distinct: int, held: int, late: int) -> bool:
    """Whether a row holds all transactions of its minute, but for some that came too late."""
    return distinct - late <= held <= distinct


def _metric(clients: Clients, prefix: str, name: str, span: Span) -> dict[str, int]:
    """Return the sums of a metric of the poller by minute (ISO)."""
    sums: Counter[str] = Counter()
    since = span.since
    while since < span.until:  # an answer holds 1,440 datapoints
        until = min(span.until, since + timedelta(days=1))
        answer = clients("cloudwatch").get_metric_statistics(
            Namespace=f"Evergreen/{prefix}",
            MetricName=name,
            StartTime=since,
            EndTime=until,
            Period=60,
            Statistics=["Sum"],
        )
        for point in answer["Datapoints"]:
            sums[iso(point["Timestamp"].replace(second=0))] += int(point["Sum"])
        since = until
    return sums


def _text(document: Json) -> str:
    seen = document["minutes"]
    rows = [
        ("polled", document["polled"], "transactions that polls showed, repeats included"),
        ("published", document["published"], "by the poller, each once"),
        ("archived", document["archived"], f"of these in S3; lost: {document['lost']}"),
        ("distinct", document["distinct"], "transactions of these minutes in the archive"),
        ("in two minutes", document["in_two_minutes"], "of them, told with two times; both count"),
        ("in features", document["in_features"], f"in {seen['with_row']} rows"),
        ("empty minutes", seen["empty"], "polled, and there was no transaction"),
        ("unknown minutes", seen["unknown"], "not polled: what they were, nobody knows"),
        ("late", document["late_beyond_horizon"], "came more than 15 minutes late"),
        ("set aside", document["set_aside"], "were no transactions"),
        ("refused", document["refused"], "of the archive are none either; a dead letter says why"),
        ("unexplained", document["unexplained"], "must be 0"),
    ]
    parts = [table(f"①–③ {document['from']} to {document['to']}", rows)]
    if odd := seen["odd"]:
        lines = [(one["minute"], one["distinct"], one["in_features"]) for one in odd[:SHOWN]]
        headers = ("minute", "distinct", "in features")
        parts.append(table(f"{len(odd)} minutes do not add up", lines, headers))
    if keys := document["unreadable_objects"]:
        parts.append(table("objects that are not gzip of JSON lines", [(key,) for key in keys]))
    return "\n\n".join(parts)
