"""The decision log in words. Pure."""

from collections.abc import Sequence
from typing import Any

from cli.aws import Json
from cli.terminal import short
from cli.web_console.markup import Cell, Kind, Mark, table
from common import decisions, failures

SHOWN = 100
KINDS: dict[str, Kind] = {
    decisions.APPROVAL_REQUESTED: "waiting",
    decisions.BATCH_FAILED: "bad",
    decisions.DEPLOYMENT_FAILED: "bad",
    decisions.DRIFT_DETECTED: "bad",
    decisions.MODEL_DEPLOYED: "good",
    decisions.RETRAINING_STARTED: "busy",
    decisions.TRAINING_DATA_REJECTED: "bad",
    decisions.TRAINING_FAILED: "bad",
    decisions.VERSION_IMPORTED: "good",
    decisions.VERSION_PROMOTED: "good",
}
# What an event says, in this order; the names are those of its detail.
WORDS = (
    ("package_version", "model {}"),
    ("account", "to account {}"),
    ("promoted_from", "from {}"),
    ("stage", "{}"),
    ("trigger", "by {}"),
    ("winner", "winner {}"),
    ("verdict", "{}"),
    ("error", "{}"),
    ("reason", "{}"),
    ("cause", "{}"),
    ("next", "next: {}"),
)


def log(events: Sequence[Json]) -> str:
    """Return the newest decisions, newest first."""
    rows: list[tuple[Cell, ...]] = [
        (
            short(event["time"]),
            Mark(KINDS.get(event["detail-type"], "off"), event["detail-type"]),
            text(event["detail"]),
        )
        for event in reversed(events[-SHOWN:])
    ]
    return table("Decisions", ("time", "decision", "what and why"), rows)


def text(detail: Json) -> str:
    """Return what an event says, and who approved it how."""
    known = {**detail, **_version(detail), "cause": failures.reason(None, detail.get("cause"))}
    parts = [words.format(known[name]) for name, words in WORDS if _said(known.get(name))]
    approval: Any = detail.get("approval")
    if isinstance(approval, dict):
        by = str(approval.get("by", "")).rpartition("/")[2]
        parts.append(f"{approval.get('path', 'approved')} by {by}: {approval.get('comment')}")
    return "; ".join(parts)


def _said(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _version(detail: Json) -> Json:
    arn = detail.get("package_arn")
    known = "package_version" in detail or not arn
    return {} if known else {"package_version": str(arn).rpartition("/")[2]}
