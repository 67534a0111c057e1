"""`evergreen drift`: what has drifted from the training baseline, and the report as a page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from cli.app import command, one_of
from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries import monitoring_jobs
from cli.result import Result
from cli.terminal import short, table

Stage = Annotated[
    str,
    typer.Option(
        parser=one_of("production", "staging"), metavar="STAGE", help="production or staging"
    ),
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write the HTML report to this file."),
]


@command("drift", "⑦ Show what has drifted from the training baseline.")
def drift(connection: Connection, stage: Stage = "production", report: Report = None) -> Result:
    """Print the newest drift analysis; exit code 0 with and without a drift."""
    found = monitoring_jobs.document(connection, stage, "drift")
    if report is not None:
        page = monitoring_jobs.newest(connection, stage, "drift", "report.html")
        try:
            report.write_text(page, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"--report: got {report}, expected a writable file ({error})"
            ) from None
    return Result(found, drift_table(found))


def drift_table(found: Json) -> RenderableType:
    """Return the features of an analysis, the most drifted first."""
    features = sorted(found["features"], key=lambda feature: -(feature["score"] or 0))
    rows = [
        (feature["name"], _score(feature), _state(feature), feature["reason"])
        for feature in features
    ]
    rows += [(name, None, "new", "not in the baseline") for name in found["without_baseline"]]
    headers = ("feature", "score", "", "distances (limits)")
    return table(f"⑦ drift of {found['endpoint']}, {short(found['time'])}", rows, headers)


def _score(feature: Json) -> str | None:
    return None if feature["score"] is None else f"{feature['score']:.2f}"


def _state(feature: Json) -> str:
    if feature["score"] is None:
        return "not comparable"
    return "drifted" if feature["drifted"] else "as before"
