"""Goals for the import time of the handlers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.report import Goal

WITHOUT_PYDANTIC = 1.15  # times bare boto3 with the same clients
WITH_PYDANTIC = 1.5


@dataclass(frozen=True, slots=True)
class Start:
    """CPU seconds to import one handler, and to import boto3 and create the same clients."""

    name: str
    services: tuple[str, ...]
    pydantic: bool
    bytecode: bool
    handler: float
    boto3: float

    @property
    def ratio(self) -> float:
        """Import time relative to bare boto3."""
        return self.handler / self.boto3

    def row(self) -> list[object]:
        """Return the row of the table."""
        uses = "pydantic" if self.pydantic else ""
        clients = ", ".join(self.services)
        return [self.name, self.handler, self.boto3, self.ratio, uses, clients]


def goals(starts: Iterable[Start]) -> list[Goal]:
    """Compare the slowest function of each kind with its goal, with and without bytecode."""
    measured = list(starts)
    judged = []
    for bytecode in (True, False):
        for pydantic, limit in ((False, WITHOUT_PYDANTIC), (True, WITH_PYDANTIC)):
            kind = "with pydantic" if pydantic else "without pydantic"
            how = "bytecode" if bytecode else "no bytecode"
            group = [s for s in measured if (s.pydantic, s.bytecode) == (pydantic, bytecode)]
            slowest = max(group, key=lambda start: start.ratio)
            name = f"import beside boto3, slowest {kind}, {how} ({slowest.name})"
            judged.append(Goal(name, slowest.ratio, limit))
    return judged
