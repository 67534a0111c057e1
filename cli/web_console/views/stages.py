"""The stages of the loop with their states, and what each does now. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from textwrap import shorten

from cli.aws import Json
from cli.stages import SYMBOLS
from cli.terminal import number, short
from cli.web_console.markup import Kind, Mark

DETAIL = 90  # characters; all of it is in "What needs you"
STALE_MINUTES = 30  # as the alarm features-stale


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, by its number from 1, in its state."""

    number: int
    state: Mark
    detail: str = ""
    alarms: tuple[str, ...] = ()

    @property
    def symbol(self) -> str:
        """The number as in the documents."""
        return SYMBOLS[self.number - 1]


def stages(status: Json) -> list[Stage]:
    """Return the eight stages from the document of `evergreen status`."""
    readers: tuple[Callable[[Json], tuple[Kind, str, str]], ...] = (
        _poll,
        _ingest,
        _features,
        _train,
        _register,
        _deploy,
        _monitor,
        _retrain,
    )
    found = []
    for index, read in enumerate(readers, 1):
        kind, text, detail = read(status)
        stage = Stage(index, Mark(kind, text), shorten(detail, DETAIL, placeholder=" …"))
        found.append(_with_alarms(stage, status["alarms"]))
    return found


def _with_alarms(stage: Stage, alarms: Iterable[Json]) -> Stage:
    own = [
        alarm["name"]
        for alarm in alarms
        if alarm["state"] == "ALARM" and alarm["stage"] == str(stage.number)
    ]
    if not own:
        return stage
    calm = stage.state.kind in {"good", "off"}
    state = Mark("bad", f"in alarm; {stage.state.text}") if calm else stage.state
    return replace(stage, alarms=tuple(own), state=state)


def _poll(status: Json) -> tuple[Kind, str, str]:
    row = status["poller"]
    if row is None:
        return "off", "no stream", "requests of clients are the data"
    tasks = f"{row['running']} of {row['desired']} tasks run"
    if rejected := status["rejected_items"]["count"]:
        tasks += f"; {rejected:,} items rejected in the last hour"
    if status["paused"] or row["desired"] == 0:
        return "off", "stopped", tasks
    return (
        ("good", "running", tasks) if row["running"] >= row["desired"] else ("bad", "down", tasks)
    )


def _ingest(status: Json) -> tuple[Kind, str, str]:
    count = sum(row["messages"] + row["hidden"] for row in status["dead_letters"])
    if count:
        return "bad", f"{count} dead letters", "events that failed after all retries"
    minutes = status["minutes"]
    if minutes is None:
        return "off", "no stream", ""
    return "good", "nothing lost", f"{minutes['transactions']:,} transactions in the last hour"


def _features(status: Json) -> tuple[Kind, str, str]:
    row = status["minutes"]
    if row is None:
        return "off", "no stream", ""
    if row["newest_minute"] is None:
        return "waiting", "no row yet", f"none in the last {row['requested']} minutes"
    detail = f"newest {short(row['newest_minute'])}"
    kind: Kind = "bad" if row["age_minutes"] > STALE_MINUTES and not status["paused"] else "good"
    return kind, f"{row['known']} of {row['requested']} minutes", detail


def _train(status: Json) -> tuple[Kind, str, str]:
    row = status["training"]
    if row is None:
        return "off", "no training yet", ""
    started = f"started {short(row['started'])}"
    if row["status"] == "Executing":
        return "busy", f"at {row['step'] or 'its start'}", started
    if row["status"] == "Failed":
        return "bad", "failed", row["failure"] or started
    return ("good" if row["status"] == "Succeeded" else "off"), row["status"].lower(), started


def _register(status: Json) -> tuple[Kind, str, str]:
    waiting = [row for row in status["pending"] if row["stage"] == "staging"]
    if waiting:
        return "waiting", f"model {waiting[0]['version']} waits", "for approval for staging"
    return "good", "nothing waits", ""


def _deploy(status: Json) -> tuple[Kind, str, str]:
    production = next(row for row in status["endpoints"] if row["stage"] == "production")
    serves = "nothing serves yet"
    if production["status"]:
        serves = f"model {production['version']} {production['status']}"
    if status["failed_deployments"]:
        return "bad", "deployment failed", serves
    if waiting := [row for row in status["pending"] if row["stage"] == "production"]:
        return "waiting", f"model {waiting[0]['version']} waits for production", serves
    if status["deployment"]:
        return "busy", f"at {status['deployment']['state']}", serves
    if production["status"] is None:
        return "off", "paused" if status["paused"] else "no model yet", serves
    kind: Kind = {"InService": "good", "Failed": "bad"}.get(production["status"], "busy")  # type: ignore[assignment]
    return kind, f"model {production['version']} serves", f"since {short(production['since'])}"


def _monitor(status: Json) -> tuple[Kind, str, str]:
    readings = status["monitoring_results"]
    if not readings:
        return "off", "no reading yet", ""
    newest = readings[-1]
    loss, limit = number(newest["relative_loss"]), number(newest["threshold"])
    text = f"relative loss {loss or NO_LOSS}"
    detail = f"{short(newest['time'])}; threshold {limit or 'not set'}"
    if newest["breach"]:
        return "bad", f"in breach: {text}", detail
    return ("good" if loss else "off"), text, detail


NO_LOSS = "not measured"


def _retrain(status: Json) -> tuple[Kind, str, str]:
    loss = [a for a in status["alarms"] if a["name"].endswith("-production-loss")]
    row = status["training"]
    if status["paused"]:
        return "off", "paused", "no training starts"
    if row and row["status"] == "Executing":
        return "busy", "a training runs", ""
    if any(alarm["state"] == "ALARM" for alarm in loss):
        return "bad", "loss alarm", "trainings until a better version serves"
    return "good", "armed", "an alarm of the loss starts a training"
