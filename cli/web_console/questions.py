"""The decisions that the page offers: what each does, in words, and its command. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cli.aws import Json
from cli.connection import Connection
from cli.result import Result
from cli.web_console.commands import Commands
from cli.web_console.views.attention import Need


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person entered before confirming."""

    comment: str = ""
    choice: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A dialog: title, what will happen, what can be entered, and the command."""

    title: str
    consequences: tuple[str, ...]
    button: str
    run: Callable[[Connection, Answer], Result]
    comment: str | None = None  # its label; None: no field
    choices: Mapping[int, str] = field(default_factory=dict)


def approve(commands: Commands, need: Need, production: int | None) -> Question:
    """Return the question before a pending approval is granted."""
    then = f"Model {need.key} replaces {_name(production)} in production."
    if need.target == "staging":
        then = "It is deployed to staging, tested there, and then waits for production."

    def run(connection: Connection, answer: Answer) -> Result:
        version, comment = int(need.key), answer.comment or "approved in the console"
        return commands.approve(connection, version=version, stage=need.target, comment=comment)

    title = f"Approve model {need.key} for {need.target}?"
    return Question(title, (then, need.text), "Approve", run, COMMENT)


def reject(commands: Commands, need: Need, production: int | None) -> Question:
    """Return the question before a pending approval is refused."""

    def run(connection: Connection, answer: Answer) -> Result:
        version, comment = int(need.key), answer.comment or "rejected in the console"
        return commands.reject(connection, version=version, stage=need.target, comment=comment)

    title = f"Reject model {need.key} for {need.target}?"
    then = f"It is not deployed; {_name(production)} stays in production."
    return Question(title, (then, need.text), "Reject", run, COMMENT)


def retrain(commands: Commands) -> Question:
    """Return the question before a training is started."""

    def run(connection: Connection, answer: Answer) -> Result:
        return commands.retrain(connection, reason=answer.comment or "requested in the console")

    consequences = (
        "A training starts with the newest data. Its winner is registered and waits for approval; "
        "if no candidate is better, the version in production stays.",
        "A request by hand bypasses the cooldown and the daily cap. A training costs money.",
    )
    return Question("Start a training now?", consequences, "Start", run, "Reason, stored with it")


def rollback(
    commands: Commands, models: Sequence[Json], production: int | None
) -> Question | None:
    """Return the question before an earlier version serves again; None if there is no other."""
    served = [m for m in models if m["production_times"] and m["version"] != production]
    served.sort(key=lambda model: str(model["production_times"][-1]), reverse=True)
    if not served:
        return None

    def run(connection: Connection, answer: Answer) -> Result:
        comment = answer.comment or "rolled back in the console"
        return commands.rollback(connection, version=answer.choice, comment=comment)

    consequences = (
        f"The chosen version replaces {_name(production)} in production at once, without staging "
        "and approval.",
    )
    choices = {
        m["version"]: f"model {m['version']} ({m['candidate'] or 'unknown'})" for m in served
    }
    return Question("Roll production back?", consequences, "Roll back", run, COMMENT, choices)


def redrive(commands: Commands, queue: str) -> Question:
    """Return the question before dead letters are sent back."""

    def run(connection: Connection, _: Answer) -> Result:
        return commands.redrive(connection, queue=[queue])

    consequences = (
        f"All messages of {queue} are sent back to where they failed.",
        "Those that succeed are deleted; those that fail again stay, with the new reason.",
    )
    return Question(f"Redrive {queue}?", consequences, "Redrive", run)


COMMENT = "Comment, stored with the decision"


def _name(version: int | None) -> str:
    return "nothing" if version is None else f"model {version}"
