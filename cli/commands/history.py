"""`evergreen history`: versions of the model, rejected data, retrainings, alarms."""

import argparse
from typing import Any

from cli.commands.outcome import Outcome
from cli.connection import Connection
from cli.reads import alarm_changes, decisions, models, rejections, retrains
from cli.reads.aws import Json
from cli.tables import number, short, table

MODEL = ("version", "trained", "wQL", "naive", "limit", "approval", "staging", "production")


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "history",
        parents=[common],
        help="④–⑧ models, rejected data, retrainings and alarms so far",
    )
    parser.add_argument("--limit", type=_positive, default=20, help="newest of each kind")
    parser.set_defaults(run=run)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Read the registry, the decision log and the alarms' history."""
    clients, prefix = connection.clients, connection.prefix
    log = decisions(clients, prefix)
    alarms = [
        change
        for change in alarm_changes(clients, prefix)
        if change["state"] == "ALARM" or change["name"] == f"{prefix}-production-loss"
    ]
    document = {
        "models": models(clients, prefix, log)[-given.limit :],
        "rejections": rejections(log)[-given.limit :],
        "retrains": retrains(clients, prefix, log)[-given.limit :],
        "alarms": alarms[-given.limit :],
    }
    return Outcome(document, _text(document))


def _text(document: dict[str, list[Json]]) -> str:
    rows = [_model(model) for model in document["models"]]
    sections = [table("④ ⑤ ⑥ models", rows or [("none yet",)], MODEL if rows else ())]
    unfit = [(short(one["time"]), one["reason"]) for one in document["rejections"]]
    sections.append(table("④ rejected data", unfit or [("none yet",)]))
    asked = [
        (short(one["time"]), one["outcome"], one["reason"], one["failure"] or "")
        for one in document["retrains"]
    ]
    sections.append(table("⑧ retrainings", asked or [("none yet",)]))
    changes = [(short(one["time"]), one["state"], one["name"]) for one in document["alarms"]]
    sections.append(table("⑦ alarms", changes or [("none yet",)]))
    return "\n\n".join(sections)


def _model(model: Json) -> tuple[object, ...]:
    backtest = model["backtest"]
    return (
        model["version"],
        short(model["trained_at"]),
        number(backtest["wql"]),
        number(backtest["naive_wql"]),
        number(backtest["limit"]),
        model["approval"],
        short(model["staging_at"]),
        short(model["production_at"]),
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)
