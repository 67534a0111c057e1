"""`evergreen history`: models, what was rejected or failed, bake periods, retrainings, alarms."""

from typing import Annotated

import typer
from rich.console import RenderableType

from cli.app import command, positive
from cli.aws import Json
from cli.connection import Connection
from cli.queries.alarms import alarm_changes
from cli.queries.decisions import (
    bake_checks,
    decisions,
    failed_deployments,
    rejections,
    retrains,
    variant_changes,
)
from cli.queries.models import models, scores
from cli.queries.training_costs import with_costs
from cli.result import Result
from cli.terminal import number, sections, short, table
from cli.training_cost import text
from common import model_packages

MODEL = (
    *("version", "candidate", "trained", "wQL", "reference", "champion"),
    *("approval", "staging", "production"),
)
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
        "retrains": with_costs(connection, retrains(connection, log)[-limit:]),
        "bake_checks": bake_checks(log)[-limit:],
        "failed_deployments": failed_deployments(log)[-limit:],
        "variant_changes": variant_changes(log)[-limit:],
        "alarms": alarms[-limit:],
    }
    return Result(document, _body(document))


def _body(document: dict[str, list[Json]]) -> RenderableType:
    rows = [_model(model) for model in document["models"]]
    rejected = [(short(row["time"]), row["reason"]) for row in document["rejections"]]
    requests = [
        (short(row["time"]), row["outcome"], row["reason"], _result(row), text(row["cost"]))
        for row in document["retrains"]
    ]
    failed = [
        (
            short(row["time"]),
            row["stage"],
            model_packages.version(row["package_arn"]),
            row["cause"],
        )
        for row in document["failed_deployments"]
    ]
    varied = [
        (short(row["time"]), row["kind"], f"model {row['package_version']}", row["comment"])
        for row in document["variant_changes"]
    ]
    baked = [
        (
            short(row["time"]),
            f"model {row['package_version']} after model {row['replaced_version']}",
            row["verdict"],
            row["reason"] or f"{row['ratio']:.2f} times its loss in {row['windows']} windows",
        )
        for row in document["bake_checks"]
    ]
    changes = [(short(row["time"]), row["state"], row["name"]) for row in document["alarms"]]
    return sections(
        table("④ ⑤ ⑥ models", rows or NONE, MODEL if rows else ()),
        table("④ rejected data", rejected or NONE),
        table("⑥ failed deployments", failed or NONE),
        *([table("⑥ second versions in production", varied)] if varied else []),
        table("⑦ bake period", baked or NONE),
        table("⑧ retrainings", requests or NONE),
        table("⑦ alarms", changes or NONE),
    )


def _result(retrain: Json) -> str:
    """Return how a training ended: why it failed and what follows, or the verdict."""
    failure = "; ".join(filter(None, (retrain["failure"], retrain["next"])))
    return failure or retrain["verdict"] or ""


def _model(model: Json) -> tuple[object, ...]:
    row = scores(model)
    return (
        model["version"],
        model["candidate"] or "",
        short(model["trained_at"]),
        number(row["wql"]),
        number(row["reference_wql"]),
        number(row["champion_wql"]),
        model["approval"],
        short(model["staging_at"]),
        short(model["production_at"]),
    )
