"""Steps in order: each checks whether it is done, so an interrupted run can be repeated. Pure."""

from collections.abc import Callable, Sequence
from typing import Protocol


class DeployError(Exception):
    """A step failed; the message is for the user."""


class Step(Protocol):
    """One step of a deployment."""

    title: str

    def is_done(self) -> bool:
        """Return whether there is nothing to do, by what exists, not by what ran before."""
        ...

    def run(self) -> None:
        """Do what is missing; raises DeployError."""
        ...


def run(
    steps: Sequence[Step],
    report: Callable[[str], None],
    before: Callable[[Step], None] = lambda _step: None,
) -> list[str]:
    """Run the steps that are not done, and return their titles.

    `before` is called with each step; tests interrupt there.
    """
    ran = []
    for number, step in enumerate(steps, 1):
        before(step)
        heading = f"[{number}/{len(steps)}] {step.title}"
        if step.is_done():
            report(f"{heading}: done already")
            continue
        report(heading)
        step.run()
        ran.append(step.title)
    return ran
