"""`evergreen status`: the loop at this moment, stage by stage."""

import argparse
from typing import Any

from cli.commands.outcome import Outcome
from cli.connection import Connection
from cli.errors import CommandError
from cli.reads import readings
from cli.reads.alarms import alarms
from cli.reads.approvals import pending
from cli.reads.aws import Json, iso
from cli.reads.minutes import freshness
from cli.reads.monitoring import threshold
from cli.reads.running import dead_letters, endpoints, poller, training
from cli.tables import Row, number, short, table

LAST_READINGS = 5


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("status", parents=[common], help="①–⑧ the loop at this moment")
    parser.set_defaults(run=run)


def run(connection: Connection, _given: argparse.Namespace) -> Outcome:
    """Read every stage."""
    clients, prefix = connection.clients, connection.prefix
    limit = threshold(clients, prefix)
    if limit is None:
        raise CommandError(f"No Evergreen is deployed here under the prefix {prefix}.")
    document: Json = {
        "prefix": prefix,
        "now": iso(connection.now),
        "poller": poller(clients, prefix),
        "dead_letters": dead_letters(clients, prefix),
        "minutes": freshness(clients, prefix, connection.now),
        "training": training(clients, prefix),
        "pending": pending(clients, prefix),
        "endpoints": endpoints(clients, prefix),
        "readings": [_reading(one) for one in readings(clients, prefix, last=LAST_READINGS)],
        "threshold": limit,
        "alarms": alarms(clients, prefix),
    }
    return Outcome(document, _text(document))


def _reading(reading: Json) -> Json:
    return {key: reading[key] for key in ("time", "wql", "threshold", "naive_wql")}


def _text(seen: Json) -> str:
    return "\n\n".join(
        [
            f"{seen['prefix']} at {short(seen['now'])} UTC",
            table("data", [_poller(seen["poller"]), _letters(seen), _minutes(seen["minutes"])]),
            table("models", [_training(seen["training"]), *_pending(seen["pending"])]),
            table("endpoints", [_endpoint(one) for one in seen["endpoints"]]),
            _monitoring(seen),
            table("alarms", _alarms(seen)),
        ]
    )


def _poller(seen: Json | None) -> tuple[str, str, str]:
    if seen is None:
        return "①", "poller", "no service"
    return "①", "poller", f"{seen['running']} of {seen['desired']} running ({seen['status']})"


def _letters(seen: Json) -> tuple[str, str, str]:
    full = [one for one in seen["dead_letters"] if one["messages"]]
    said = ", ".join(f"{one['messages']} in {one['queue']}" for one in full)
    return "②", "dead letters", said or f"none (queues: {len(seen['dead_letters'])})"


def _minutes(seen: Json) -> tuple[str, str, str]:
    if seen["newest_minute"] is None:
        return "③", "minutes", f"none in the last {seen['asked']} minutes"
    return (
        "③",
        "minutes",
        f"newest {short(seen['newest_minute'])}, {seen['age_minutes']} min ago; "
        f"{seen['known']} of the last {seen['asked']}, {seen['transactions']:,} transactions",
    )


def _training(seen: Json | None) -> tuple[str, str, str]:
    if seen is None:
        return "④", "training", "none yet (evergreen retrain starts one)"
    step = f", at {seen['step']}" if seen["status"] == "Executing" and seen["step"] else ""
    failure = f": {seen['failure']}" if seen["failure"] else ""
    return "④", "training", f"{seen['status']}{step}, begun {short(seen['started'])}{failure}"


def _pending(seen: list[Json]) -> list[tuple[str, str, str]]:
    rows = [
        (
            {"staging": "⑤"}.get(one["stage"], "⑥"),
            "waits for you",
            f"model {one['version']} for {one['stage']}, since {short(one['since'])}",
        )
        for one in seen
    ]
    return rows or [("⑤", "waits for you", "nothing")]


def _endpoint(seen: Json) -> tuple[object, ...]:
    if seen["status"] is None:
        return "⑥", seen["stage"], "none yet"
    return "⑥", seen["stage"], f"model {seen['version']}", seen["status"], short(seen["since"])


def _monitoring(seen: Json) -> str:
    limit, setter = seen["threshold"], seen["threshold"]["set_by"]
    by = f"set by model {setter.rpartition('/')[2]}" if setter else "set by nobody yet"
    rows: list[Row] = [("⑦", "threshold", number(limit["value"]), by)]
    rows += [
        (
            "⑦",
            short(one["time"]),
            f"loss {number(one['wql'])}",
            f"threshold {number(one['threshold']) or '–'}",
            f"naive {number(one['naive_wql'])}",
        )
        for one in seen["readings"]
    ]
    return table("monitoring of production", rows)


def _alarms(seen: Json) -> list[tuple[object, ...]]:
    loss = f"{seen['prefix']}-production-loss"
    return [
        ("⑧" if one["name"] == loss else "⑦", one["state"], one["name"], short(one["since"]))
        for one in seen["alarms"]
        if one["name"] == loss or one["state"] == "ALARM"
    ] or [("⑧", "none", None, None)]
