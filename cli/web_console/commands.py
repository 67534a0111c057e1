"""The functions of the commands that the page calls; cli/commands/console.py has them."""

from collections.abc import Callable
from dataclasses import dataclass

from cli.result import Result

Command = Callable[..., Result]  # (connection, …)


@dataclass(frozen=True, slots=True)
class Commands:
    """What the page reads and does, each exactly as the command of that name."""

    approve: Command
    cost: Command
    dead_letters: Command
    drift: Command
    experiments: Command
    history: Command
    redrive: Command
    reject: Command
    retrain: Command
    rollback: Command
    status: Command
