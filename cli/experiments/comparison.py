"""Trainings side by side: what differs in their parameters and data, and all metrics. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cli.aws import Json

RUN = ("time", "outcome", "trigger", "reason", "failure", "version")
SKILL = "skill"  # against the reference
AGAINST = "against_"  # the comparisons with others


def compare(runs: Sequence[Json]) -> Json:
    """Return the values of each run, in their order, by name; None where a run has none.

    Of run, parameters, data and source only what differs; of the metrics all: by contender and
    metric.
    """
    heads = [{name: run[name] for name in RUN} | _verdict(run) for run in runs]
    contenders = _names(run["contenders"] for run in runs)
    return {
        "runs": [run["execution_id"] for run in runs],
        "run": _differences(heads),
        "parameters": _differences([run["parameters"] for run in runs]),
        "data": _differences([run["data"] or {} for run in runs]),
        "source": _differences([_source(run) for run in runs]),
        "metrics": {
            name: _side_by_side([metrics(run["contenders"].get(name, {})) for run in runs])
            for name in contenders
        },
    }


def metrics(scores: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the numbers of a contender's scores, with its skill against the reference.

    Numbers by level have the level in their name: `calibration 0.9`.
    """
    numbers: dict[str, float | None] = {}
    for name, value in scores.items():
        if value is None or isinstance(value, float | int):
            numbers[name] = value
        elif isinstance(value, Mapping) and not name.startswith(AGAINST):
            numbers |= {f"{name} {level}": number for level, number in value.items()}
    against = scores.get("against_reference")
    return {**numbers, **({SKILL: against["skill"]} if against else {})}


def _verdict(run: Json) -> Json:
    verdict = run["verdict"] or {}
    return {"winner": verdict.get("winner"), "verdict": verdict.get("reason")}


def _source(run: Json) -> Json:
    return {name: run["source"].get(name) for name in ("commit", "image", "image_digest")}


def _names(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return all keys once, in the order in which they first appear."""
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _side_by_side(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in _names(rows)}


def _differences(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    found = _side_by_side(rows)
    return {name: v for name, v in found.items() if any(value != v[0] for value in v)}
