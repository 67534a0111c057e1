"""`evergreen experiments`: all trainings with their outcome; compare some of them."""

from typing import Annotated

import typer
from rich.console import RenderableType

from cli.app import command, group, positive
from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from cli.experiments import comparison
from cli.queries.runs import find, runs, served
from cli.result import Result
from cli.terminal import Row, number, sections, short, table

COLUMNS = ("run", "time", "outcome", "model", "winner", "wQL", "skill", "reason")

Limit = Annotated[
    int, typer.Option(parser=positive, metavar="NUMBER", help="Newest trainings that are listed.")
]
Runs = Annotated[
    list[str], typer.Argument(metavar="RUN RUN…", help="Execution ids, or their beginnings.")
]

commands = group(
    "experiments", "④ All trainings with outcome, winner and loss.", lists_by_default=True
)


@command("list", "Newest trainings: outcome, winner, loss.", of=commands)
def list_(connection: Connection, limit: Limit = 20) -> Result:
    """Read the records of all trainings."""
    found = runs(connection)[-limit:]
    rows = [_row(run) for run in found]
    note = "wQL and skill against the reference: of the winner, else of the champion that stayed"
    body = table("④ trainings", rows or [("none yet",)], COLUMNS if rows else ())
    return Result({"runs": found}, sections(body, note) if rows else body)


@command("compare", "Differences of parameters and data, and all metrics.", of=commands)
def compare(connection: Connection, names: Runs) -> Result:
    """Compare two or more trainings."""
    records = runs(connection)
    chosen = list({run["execution_id"]: run for run in (find(records, n) for n in names)}.values())
    if len(chosen) < 2:
        raise CommandError(f"RUN: got {len(chosen)} training, expected two or more", 2)
    document = comparison.compare(chosen)
    return Result(document, _body(document))


def _row(run: Json) -> Row:
    scores, verdict = served(run), run["verdict"] or {}
    skill = scores.get("against_reference", {}).get("skill")
    return (
        run["execution_id"],
        short(run["time"]),
        run["outcome"],
        run["version"],
        verdict.get("winner"),
        number(scores.get("mean_wql")),
        f"{skill:.1%}" if skill is not None else None,
        run["failure"] or verdict.get("reason") or run["reason"],
    )


def _body(document: Json) -> RenderableType:
    runs = document["runs"]
    differences = [
        table(part, [(name, *map(_text, values)) for name, values in document[part].items()])
        for part in ("run", "parameters", "data", "source")
        if document[part]
    ]
    metrics = [
        (f"{contender} {metric}", *map(_text, values))
        for contender, rows in document["metrics"].items()
        for metric, values in rows.items()
    ]
    return sections(
        table("④ trainings that are compared", [], ("", *runs)),
        *differences,
        table("metrics", metrics or [("none",)], ("", *runs) if metrics else ()),
    )


def _text(value: object) -> str | None:
    return number(value) if isinstance(value, float) else None if value is None else str(value)
