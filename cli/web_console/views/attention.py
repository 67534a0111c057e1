"""What needs a person now, most urgent first, with what they can do about it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cli.aws import Json
from cli.queries.models import scores
from cli.stages import symbol
from cli.terminal import number, short
from common import model_packages

Kind = Literal["approval", "letters", "none"]  # what can be done: approve or reject, redrive


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person; `key` is the version or queue that an action is for."""

    stage: str  # its symbol
    title: str
    text: str
    kind: Kind = "none"
    key: str = ""
    target: str = ""  # of an approval: staging or production


def needs(status: Json, models: Iterable[Json] = ()) -> list[Need]:
    """Return what waits, from the documents of `evergreen status` and `evergreen history`."""
    by_version = {model["version"]: model for model in models}
    return [
        *_pause(status["paused"]),
        *(_approval(row, by_version.get(row["version"])) for row in status["pending"]),
        *map(_failed_deployment, status["failed_deployments"]),
        *_failed_training(status["training"]),
        *(_letters(row) for row in status["dead_letters"] if row["messages"] + row["hidden"]),
        *(_alarm(row) for row in status["alarms"] if row["state"] == "ALARM"),
    ]


def figures(model: Json | None) -> str:
    """Return the losses that decide about a version, in words; empty without any."""
    if model is None or (row := scores(model))["wql"] is None:
        return ""
    parts = [f"{model['candidate']}: loss {number(row['wql'])}"]
    for key, name in (("reference_wql", "reference"), ("champion_wql", "version in production")):
        if row[key] is not None:
            parts.append(f"{name} {number(row[key])}")
    return ", ".join(parts) + f", in {model['windows']} windows. {model['verdict'] or ''}".rstrip()


def _approval(row: Json, model: Json | None) -> Need:
    sign = "⑤" if row["stage"] == "staging" else "⑥"
    title = f"Model {row['version']} waits for {row['stage']}"
    text = f"since {short(row['since'])}. {figures(model)}".rstrip()
    return Need(sign, title, text, "approval", str(row["version"]), row["stage"])


def _pause(state: Json | None) -> Iterable[Need]:
    if state:
        text = f"since {short(state['since'])}: {state['reason']}. `evergreen resume` starts it."
        yield Need("", f"The loop is {state['phase']}", text)


def _failed_deployment(row: Json) -> Need:
    version = model_packages.version(row["package_arn"])
    title = f"The deployment of model {version} to {row['stage']} failed"
    return Need("⑥", title, f"{short(row['time'])}: {row['cause'] or row['error']}")


def _failed_training(row: Json | None) -> Iterable[Need]:
    if row and row["status"] == "Failed":
        reason = row["failure"] or "see the trainings below"
        yield Need("④", "The newest training failed", f"{short(row['started'])}: {reason}")


def _letters(row: Json) -> Need:
    count = row["messages"] + row["hidden"]
    title = f"{count} dead letters in {row['queue']}"
    text = "They failed after all retries. Look at them below, remove the cause, send them back."
    return Need(symbol(row["stage"]) or "", title, text, "letters", row["queue"])


def _alarm(row: Json) -> Need:
    action = f" First: {row['first_action']}" if row["first_action"] else ""
    text = f"since {short(row['since'])}. {row['meaning'] or ''}.{action}"
    return Need(symbol(row["stage"]) or "", f"Alarm {row['name']}", text)
