"""Goals of the serving process: CPU time of a request beside that of the model alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report import Goal

SERVED, SYNC = "served", "gunicorn sync"
OVERHEAD = 1.2  # times the bare call, at most, at every concurrency
TORCH = 4.0  # times as many requests per CPU second as torch's predictor, at least


@dataclass(frozen=True, slots=True)
class Load:
    """A server at one concurrency: CPU of each request and its latencies (milliseconds)."""

    server: str
    concurrency: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float

    def row(self, bare: float) -> list[object]:
        """Return the row of the table."""
        rate = 1000 / self.cpu_ms
        times = self.cpu_ms / bare
        return [self.server, self.concurrency, rate, self.cpu_ms, times, self.p50_ms, self.p99_ms]


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that this share of the sorted values does not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def goals(bare: float, torch: float, loads: Sequence[Load]) -> list[Goal]:
    """Compare the server with the bare call and with torch (CPU milliseconds)."""
    served = [load for load in loads if load.server == SERVED]
    judged = [
        Goal(
            f"CPU of a request beside the bare call, concurrency {load.concurrency}",
            load.cpu_ms / bare,
            OVERHEAD,
        )
        for load in served
    ]
    slowest = max(load.cpu_ms for load in served)
    name = "requests per CPU second beside torch's predictor without a server"
    return [*judged, Goal(name, torch / slowest, TORCH, at_least=True)]
