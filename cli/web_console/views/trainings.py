"""The trainings with all of their contenders. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from cli import training_cost
from cli.aws import Json
from cli.terminal import short
from cli.web_console.markup import Items, Kind, Mark, table

SHOWN = 50  # newest rows
NO_WINNER = {"champion kept": "the champion stays"}
OUTCOMES: dict[str, Kind] = {
    "champion kept": "good",
    "data rejected": "waiting",
    "failed": "bad",
    "new version": "good",
    "running": "busy",
}


def html(runs: Sequence[Json], retrains: Iterable[Json]) -> str:
    """Return the trainings, newest first, each with all of its candidates."""
    costs = {row["execution_arn"]: training_cost.text(row["cost"]) for row in retrains}
    cells = [
        (
            short(run["time"]),
            f"{run['trigger']}: {run['reason']}",
            Mark(OUTCOMES.get(run["outcome"], "off"), run["outcome"]),
            Items(tuple(contenders(run["contenders"]))),
            (run["verdict"] or {}).get("winner") or NO_WINNER.get(run["outcome"]),
            run["failure"] or (run["verdict"] or {}).get("reason"),
            costs.get(run["execution_arn"]) or None,
        )
        for run in reversed(runs)
    ]
    headers = (
        "data until",
        "why",
        "outcome",
        "losses (× reference)",
        "chosen",
        "reason",
        "cost",
    )
    return table("Trainings", headers, cells[:SHOWN])


def contenders(found: Mapping[str, Json]) -> list[str]:
    """Return name and loss of each contender, the best first, and its ratio to the reference."""
    losses = {name: row["mean_wql"] for name, row in found.items() if row.get("mean_wql")}
    reference = losses.get("reference")
    return [
        f"{name} {loss:.4f}" + (f" ({loss / reference:.2f})" if reference else "")
        for name, loss in sorted(losses.items(), key=lambda item: item[1])
    ]
