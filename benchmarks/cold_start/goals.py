"""Goals for the import time of the handlers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.report import Goal

WITHOUT_PYDANTIC = 1.15  # times bare boto3 with the same clients
WITH_PYDANTIC = 1.5
API = 1.3  # for the function behind the HTTP API, which also imports Powertools' event handler
API_FUNCTION = "predict"


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


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """CPU seconds until the first answer of the API's function, and of a bare boto3 handler."""

    bytecode: bool
    predict: float
    bare: float

    @property
    def ratio(self) -> float:
        """CPU relative to the bare handler."""
        return self.predict / self.bare

    def row(self) -> list[object]:
        """Return the row of the table."""
        return ["yes" if self.bytecode else "no", self.predict, self.bare, self.ratio]


def goals(starts: Iterable[Start], answers: Iterable[FirstAnswer] = ()) -> list[Goal]:
    """Compare the slowest function of each kind with its goal, with and without bytecode."""
    everything = list(starts)
    measured = [start for start in everything if start.name != API_FUNCTION]
    judged = []
    for start in everything:
        if start.name == API_FUNCTION:
            name = f"import of {API_FUNCTION} beside boto3, {_how(start.bytecode)}"
            judged.append(Goal(name, start.ratio, API))
    for answer in answers:
        how = _how(answer.bytecode)
        name = f"first answer of {API_FUNCTION} beside a bare boto3 handler, {how}"
        judged.append(Goal(name, answer.ratio, API))
    for bytecode in (True, False):
        for pydantic, limit in ((False, WITHOUT_PYDANTIC), (True, WITH_PYDANTIC)):
            kind = "with pydantic" if pydantic else "without pydantic"
            how = _how(bytecode)
            group = [s for s in measured if (s.pydantic, s.bytecode) == (pydantic, bytecode)]
            slowest = max(group, key=lambda start: start.ratio)
            name = f"import beside boto3, slowest {kind}, {how} ({slowest.name})"
            judged.append(Goal(name, slowest.ratio, limit))
    return judged


def _how(bytecode: bool) -> str:
    return "bytecode" if bytecode else "no bytecode"
