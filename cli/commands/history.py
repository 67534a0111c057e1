"""`evergreen history`: model versions, rejected data, retrainings, alarms."""

from typing import Annotated

import typer
from rich.console import RenderableType

from cli.app import command, positive
from cli.aws import Json
from cli.connection import Connection
from cli.console import number, sections, short, table
from cli.queries.alarms import alarm_changes
from cli.queries.decisions import decisions, rejections, retrains
from cli.queries.models import models
from cli.result import Result

MODEL = ("version", "trained", "wQL", "naive", "limit", "approval", "staging", "production")
NONE = [("none yet",)]

Limit = Annotated[
    int, typer.Option(parser=positive, metavar="NUMBER", help="Newest entries of each kind.")
]


@command("history", "④–⑧ Models, rejected data, retrainings and alarms so far.")
def history(connection: Connection, limit: Limit = 20) -> Result:
    """Read the registry, the decision log and the alarms' history."""
    log = decisions(connection)
    loss = connection.outputs.loss_alarm_name
    alarms = [
        change
        for change in alarm_changes(connection)
        if change["state"] == "ALARM" or change["name"] == loss
    ]
    document = {
        "models": models(connection, log)[-limit:],
        "rejections": rejections(log)[-limit:],
        "retrains": retrains(connection, log)[-limit:],
        "alarms": alarms[-limit:],
    }
    return Result(document, _body(document))


def _body(document: dict[str, list[Json]]) -> RenderableType:
    rows = [_model(model) for model in document["models"]]
    rejected = [(short(row["time"]), row["reason"]) for row in document["rejections"]]
    requests = [
        (short(row["time"]), row["outcome"], row["reason"], row["failure"] or "")
        for row in document["retrains"]
    ]
    changes = [(short(row["time"]), row["state"], row["name"]) for row in document["alarms"]]
    return sections(
        table("④ ⑤ ⑥ models", rows or NONE, MODEL if rows else ()),
        table("④ rejected data", rejected or NONE),
        table("⑧ retrainings", requests or NONE),
        table("⑦ alarms", changes or NONE),
    )


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
