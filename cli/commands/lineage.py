"""`evergreen lineage VERSION`: data, code and contenders of a version, and what became of it."""

from typing import Annotated

import typer
from rich.console import RenderableType

from cli.app import command, positive
from cli.aws import Json
from cli.connection import Connection
from cli.experiments.comparison import metrics
from cli.lineage.document import PARTS
from cli.queries.lineage import lineage as read
from cli.result import Result
from cli.terminal import Row, number, sections, short, table

Version = Annotated[int, typer.Argument(parser=positive, metavar="VERSION", help="Model version.")]
SCORES = ("mean_wql", "skill", "rmse", "mase", "coverage")


@command("lineage", "④–⑦ A version's data, code, contenders, approvals, endpoints, readings.")
def lineage(connection: Connection, version: Version) -> Result:
    """Read the record of its training, the registry, the decision log and monitoring results."""
    document = read(connection, version)
    return Result(document, _body(document))


def _body(document: Json) -> RenderableType:
    parts = {name: document[name] or {} for name in PARTS}
    verdict, source = parts["verdict"], parts["source"]
    data = parts["data"]
    model: list[Row] = [
        ("registered", f"{short(document['registered'])}, {document['approval']}"),
        *([("promoted from", document["promoted_from"])] if document["promoted_from"] else []),
        ("training", document["execution_id"]),
        ("requested by", _joined(": ", document["trigger"], document["reason"])),
        ("feature group", data.get("feature_group")),
        ("data", _joined(" to ", short(data.get("first")), short(data.get("last")))),
        ("commit", source.get("commit")),
        ("image of jobs", _joined(" ", source.get("image"), source.get("image_digest"))),
        ("image", _joined(" ", document["model_image"], document["model_image_digest"])),
        ("verdict", _joined(": ", verdict.get("winner"), verdict.get("reason"))),
        ("serves now", ", ".join(document["serving"]) or None),
    ]
    contenders = [
        (name, *(number(metrics(scores).get(key)) for key in SCORES))
        for name, scores in parts["contenders"].items()
    ]
    return sections(
        table(f"model {document['version']}", model),
        table("④ contenders", contenders or [("unknown",)], ("", *SCORES) if contenders else ()),
        table("④ parameters", [*parts["parameters"].items()] or [("unknown",)]),
        table("⑤ ⑥ approvals", [*map(_approval, document["approvals"])] or [("none",)]),
        table("⑥ deployments", _deployments(document) or [("none",)]),
        table("⑦ readings", [*map(_readings, document["readings"])] or [("none",)]),
        table("unknown", [*document["unknown"].items()] or [("nothing",)]),
    )


def _joined(separator: str, *values: str | None) -> str | None:
    """Return the known values as one text, None if there is none."""
    return separator.join(value for value in values if value) or None


def _approval(row: Json) -> Row:
    return row["stage"], row["decision"], short(row["time"]), row["by"], row["comment"]


def _deployments(document: Json) -> list[Row]:
    served = [
        (short(row["time"]), row["stage"], row["endpoint"], _end(row))
        for row in document["deployments"]
    ]
    failed = [
        (short(row["time"]), row["stage"], "failed", row["cause"] or row["error"])
        for row in document["failed_deployments"]
    ]
    baked = [
        (short(row["time"]), "production", row["verdict"], row["reason"] or _ratio(row))
        for row in document["bake_checks"]
    ]
    return sorted([*served, *failed, *baked], key=lambda row: str(row[0]))


def _ratio(row: Json) -> str:
    return f"{row['ratio']:.2f} times the loss of model {row['replaced_version']}"


def _end(row: Json) -> str:
    if row["until"] is None:
        return "not replaced"
    how = "rolled back to" if row["rolled_back"] else "replaced by"
    comment = (row["replacement"] or {}).get("comment") if row["rolled_back"] else None
    text = f"{how} model {row['replaced_by']} {short(row['until'])}"
    return f"{text}: {comment}" if comment else text


def _readings(row: Json) -> Row:
    return (
        row["stage"],
        f"{row['count']} from {short(row['first'])} to {short(row['last'])}",
        f"mean wQL {number(row['mean_wql']) or '–'}",
        f"mean relative loss {number(row['mean_relative_loss']) or '–'}",
        f"{row['breaches']} breaches",
    )
