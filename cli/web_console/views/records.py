"""Tables of the page: alarms, versions, drift, dead letters. Pure."""

from collections.abc import Iterable, Sequence

from cli.aws import Json
from cli.queries.models import scores
from cli.stages import symbol
from cli.terminal import number, short
from cli.web_console.markup import Cell, Kind, Link, Mark, paragraph, table

SHOWN = 50  # newest rows
STATES: dict[str, Kind] = {"ALARM": "bad", "OK": "good"}
LETTERS = ("stage", "queue", "messages", "being read")
MESSAGES = ("queue", "what", "reason", "sent", "received")


def in_alarm(rows: Iterable[Json]) -> str:
    """Return the alarms in ALARM, or that there are none."""
    found = [row for row in rows if row["state"] == "ALARM"]
    return alarms(found) if found else paragraph("No alarm.", "none")


def alarms(rows: Iterable[Json]) -> str:
    """Return alarms, those in ALARM first, with stage, meaning and first action."""
    order = {"ALARM": 0, "INSUFFICIENT_DATA": 1}
    ordered = sorted(rows, key=lambda row: (order.get(row["state"], 2), row["stage"], row["name"]))
    cells = [
        (
            symbol(row["stage"]) or "all",
            Mark(STATES.get(row["state"], "off"), row["state"].replace("_", " ").lower()),
            row["name"],
            short(row["since"]),
            row["meaning"],
            row["first_action"],
            Link("runbook", row["runbook"] or ""),
        )
        for row in ordered
    ]
    headers = ("stage", "state", "alarm", "since", "meaning", "first action", "more")
    return table("Alarms", headers, cells)


def versions(models: Sequence[Json], production: int | None) -> str:
    """Return the versions, newest first."""
    cells = [_version(model, production) for model in reversed(models)]
    headers = (
        *("version", "candidate", "trained", "loss", "reference", "champion"),
        *("approval", "staging", "production"),
    )
    return table("Versions", headers, cells[:SHOWN])


def _version(model: Json, production: int | None) -> tuple[Cell, ...]:
    row = scores(model)
    serves = model["version"] == production
    return (
        Mark("good", f"{model['version']} serves") if serves else model["version"],
        model["candidate"],
        short(model["trained_at"]),
        number(row["wql"]),
        number(row["reference_wql"]),
        number(row["champion_wql"]),
        model["approval"],
        short(model["staging_at"]),
        short(model["production_at"]),
    )


def drift(found: Json) -> str:
    """Return the features of the newest drift analysis, the most drifted first."""
    if "none" in found:
        return paragraph(found["none"], "none")
    features = sorted(found["features"], key=lambda feature: -(feature["score"] or 0))
    cells = [
        (
            feature["name"],
            None if feature["score"] is None else f"{feature['score']:.2f}",
            _drifted(feature),
            feature["reason"],
        )
        for feature in features
    ]
    cells += [
        (name, None, Mark("off", "new"), "not in the baseline")
        for name in found["without_baseline"]
    ]
    headers = ("feature", "score", "state", "distances (limits)")
    return table(f"Drift of {found['endpoint']}, {short(found['time'])}", headers, cells)


def _drifted(feature: Json) -> Mark:
    if feature["score"] is None:
        return Mark("off", "not comparable")
    return Mark("bad", "drifted") if feature["drifted"] else Mark("good", "as before")


def queues(rows: Iterable[Json]) -> str:
    """Return the dead-letter queues that have messages."""
    cells = [
        (symbol(row["stage"]) or "all", row["queue"], row["messages"], row["hidden"])
        for row in rows
        if row["messages"] + row["hidden"]
    ]
    return table("Dead letters", LETTERS, cells)


def messages(rows: Iterable[Json]) -> str:
    """Return dead letters that were read."""
    cells = [
        (row["queue"], row["what"], row["reason"][:300], short(row["sent"]), row["receive_count"])
        for row in rows
    ]
    return table("Messages", MESSAGES, cells)
