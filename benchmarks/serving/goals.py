"""Goals of the serving process: CPU time of a request beside that of the model alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report import Goal

SERVED, SYNC = "image", "sync"  # names in servers.py
OVERHEAD = 1.2  # times the call of the model in the same process, at most, at every concurrency
TORCH = 4.0  # times as many requests per CPU second as torch's predictor, at least


@dataclass(frozen=True, slots=True)
class Load:
    """A server at one concurrency: CPU of each request and its latencies (milliseconds)."""

    server: str
    concurrency: int
    cpu_ms: float
    model_ms: float  # of which the call of the model
    p50_ms: float
    p99_ms: float

    @property
    def overhead(self) -> float:
        """Return how many times the CPU of the model's call a request takes."""
        return self.cpu_ms / self.model_ms

    def row(self) -> list[object]:
        """Return the row of the table."""
        cpu = [1000 / self.cpu_ms, self.cpu_ms, self.model_ms, self.overhead]
        return [self.server, self.concurrency, *cpu, self.p50_ms, self.p99_ms]


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that this share of the sorted values does not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def goals(torch: float, loads: Sequence[Load]) -> list[Goal]:
    """Compare the server with the call of its model and with torch (CPU milliseconds)."""
    served = [load for load in loads if load.server == SERVED]
    judged = [
        Goal(
            f"CPU of a request beside the model's call in it, concurrency {load.concurrency}",
            load.overhead,
            OVERHEAD,
        )
        for load in served
    ]
    slowest = max(load.cpu_ms for load in served)
    name = "requests per CPU second beside torch's predictor without a server"
    return [*judged, Goal(name, torch / slowest, TORCH, at_least=True)]
