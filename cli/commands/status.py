"""`evergreen status`: the state of the loop, stage by stage."""

from rich.console import RenderableType

from cli.app import command
from cli.aws import Json
from cli.connection import Connection
from cli.queries.alarms import alarms
from cli.queries.approvals import pending_approvals
from cli.queries.decisions import decisions, origins, unresolved_deployments
from cli.queries.monitoring import monitoring_results, threshold
from cli.queries.online_rows import freshness
from cli.queries.pause import pause_state
from cli.queries.rejected_items import rejected_items
from cli.queries.services import dead_letters, deployment, endpoints, poller, training
from cli.result import Result
from cli.stages import symbol
from cli.terminal import Row, number, sections, short, table
from common import model_packages
from common.times import iso

LAST_RESULTS = 5
KEYS = ("time", "wql", "reference_wql", "naive_wql", "relative_loss", "threshold", "breach")


@command("status", "①–⑧ The state of the loop.")
def status(connection: Connection) -> Result:
    """Read every stage."""
    results = monitoring_results(connection, last=LAST_RESULTS)
    log = decisions(connection)
    promoted = origins(log)
    document: Json = {
        "prefix": connection.prefix,
        "now": iso(connection.now),
        "paused": pause_state(connection),
        "poller": poller(connection),
        "rejected_items": rejected_items(connection),
        "dead_letters": dead_letters(connection),
        "minutes": freshness(connection),
        "training": training(connection),
        "pending": pending_approvals(connection),
        "deployment": deployment(connection),
        "failed_deployments": unresolved_deployments(log),
        "endpoints": [
            row | {"promoted_from": promoted.get(row["version"])} for row in endpoints(connection)
        ],
        "monitoring_results": [{key: result.get(key) for key in KEYS} for result in results],
        "threshold": threshold(connection),
        "alarms": alarms(connection),
    }
    return Result(document, _body(document, connection.outputs.loss_alarm_name))


def _body(document: Json, loss_alarm: str) -> RenderableType:
    data = [
        *([_poller(document["poller"])] if document["minutes"] else []),
        *_rejected(document["rejected_items"]),
        _dead_letters(document["dead_letters"]),
        *map(_minutes, filter(None, [document["minutes"]])),
    ]
    models = [
        _training(document["training"]),
        *_pending(document["pending"]),
        *_deployment(document["deployment"]),
        *map(_failed, document["failed_deployments"]),
    ]
    return sections(
        f"{document['prefix']} at {short(document['now'])} UTC" + _pause(document["paused"]),
        table("data", data),
        table("models", models),
        table("endpoints", [_endpoint(row, document) for row in document["endpoints"]]),
        _monitoring(document),
        table("alarms", _alarms(document["alarms"], loss_alarm)),
    )


def _poller(row: Json | None) -> Row:
    if row is None:
        return "①", "poller", "no service"
    return "①", "poller", f"{row['running']} of {row['desired']} running ({row['status']})"


def _rejected(row: Json) -> list[Row]:
    if not row["count"]:
        return []
    reason = f": {row['reason']}" if row["reason"] else ""
    return [("①", "rejected items", f"{row['count']:,} in polls of the last hour{reason}")]


def _dead_letters(rows: list[Json]) -> Row:
    filled = [
        f"{count} in {row['queue']}" for row in rows if (count := row["messages"] + row["hidden"])
    ]
    if not filled:
        return "②", "dead letters", f"none (queues: {len(rows)})"
    return "②", "dead letters", f"{', '.join(filled)} (evergreen dead-letters list)"


def _minutes(row: Json) -> Row:
    if row["newest_minute"] is None:
        return "③", "minutes", f"none in the last {row['requested']} minutes"
    return (
        "③",
        "minutes",
        f"newest {short(row['newest_minute'])}, {row['age_minutes']} min ago; "
        f"{row['known']} of the last {row['requested']}, {row['transactions']:,} transactions",
    )


def _training(row: Json | None) -> Row:
    if row is None:
        return "④", "training", "none yet (evergreen retrain starts one)"
    step = f", at {row['step']}" if row["status"] == "Executing" and row["step"] else ""
    failure = f": {row['failure']}" if row["failure"] else ""
    return "④", "training", f"{row['status']}{step}, started {short(row['started'])}{failure}"


def _pending(rows: list[Json]) -> list[Row]:
    waiting: list[Row] = [
        (
            {"staging": "⑤"}.get(row["stage"], "⑥"),
            "pending approval",
            f"model {row['version']} for {row['stage']}, since {short(row['since'])}",
        )
        for row in rows
    ]
    return waiting or [("⑤", "pending approval", "none")]


def _deployment(row: Json | None) -> list[Row]:
    if row is None:
        return []
    return [("⑥", "deployment", f"at {row['state']}, started {short(row['started'])}")]


def _failed(row: Json) -> Row:
    """Return a deployment that failed, until a later one of its stage succeeds."""
    model = f"model {model_packages.version(row['package_arn'])} to {row['stage']}"
    cause = row["cause"] or row["error"]
    return ("⑥", "deployment failed", f"{model} at {short(row['time'])}: {cause}")


def _pause(state: Json | None) -> str:
    """Return since when and by whom the loop is paused, as a second line."""
    if state is None:
        return ""
    phases = {"pausing": "pausing (run evergreen pause again)", "resuming": "resuming"}
    phase = phases.get(state["phase"], "paused")
    by = state["by"].rpartition(":")[2]
    since = f"{phase} since {short(state['since'])} by {by}: {state['reason']}"
    return f"\n{since} (evergreen resume)"


def _endpoint(row: Json, document: Json) -> Row:
    if row["status"] is None:
        kept = ((document["paused"] or {}).get("endpoints") or {}).get(row["stage"])
        absent = "none now" if row["stage"] == "staging" else "none yet"  # see staging_always_on
        return "⑥", row["stage"], f"deleted by the pause, kept: {kept}" if kept else absent
    origin = row["promoted_from"]
    model = f"model {row['version']}" + (f" (from {_short_arn(origin)})" if origin else "")
    return "⑥", row["stage"], model, row["status"], short(row["since"])


def _short_arn(arn: str) -> str:
    """Return account and version of a model package."""
    return f"account {arn.split(':')[4]}, model {model_packages.version(arn)}"


def _monitoring(document: Json) -> RenderableType:
    limit, setter = document["threshold"], document["threshold"]["set_by"]
    by = f"set by model {setter.rpartition('/')[2]}" if setter else "not set by a model yet"
    rows: list[Row] = [("⑦", "threshold", number(limit["value"]), by)]
    rows += [
        (
            "⑦",
            short(row["time"]),
            f"relative loss {number(row['relative_loss']) or '–'}",
            f"threshold {number(row['threshold']) or '–'}",
            "in breach" if row["breach"] else "",
            f"loss {number(row['wql']) or '–'}",
            f"reference {number(row['reference_wql']) or '–'}",
            f"naive {number(row['naive_wql']) or '–'}",
        )
        for row in document["monitoring_results"]
    ]
    return table("monitoring of production", rows)


def _alarms(rows: list[Json], loss_alarm: str) -> list[Row]:
    """Return the alarm of the loss, and what is in ALARM with meaning and first action."""
    shown: list[Row] = [
        (
            symbol(row["stage"]),
            row["state"],
            row["name"],
            short(row["since"]),
            *([_advice(row)] if row["state"] == "ALARM" else []),
            *(["no hourly reading yet"] if row["state"] == "INSUFFICIENT_DATA" else []),
        )
        for row in rows
        if row["name"] == loss_alarm or row["state"] == "ALARM"
    ]
    return shown or [("⑦", "none", None, None)]


def _advice(row: Json) -> str:
    return ". First: ".join(filter(None, (row["meaning"], row["first_action"])))
