"""Goals of the ingestion. Pure."""

from collections.abc import Mapping

from benchmarks.report import Goal

SPEED = 0.7  # relative to decoding the same bytes
RECOMPUTE_SECONDS = 3.0
CONSTANT_MEMORY = 1.1  # peak with ten times the stream, relative


def goals(measured: Mapping[str, float]) -> list[Goal]:
    """Compare the measurements with their goals."""
    return [
        Goal(
            "aggregator's speed relative to decoding the raw objects alone",
            measured["aggregator_to_decode"],
            SPEED,
            at_least=True,
        ),
        Goal(
            "seconds to recompute a minute of 60,000 transactions in a Lambda of 512 MB",
            measured["recompute_seconds"],
            RECOMPUTE_SECONDS,
        ),
        Goal("peak MB of that in 512 MB of address space", measured["recompute_mb"], 512),
        Goal(
            "aggregator's memory, ten times the objects",
            measured["aggregator_memory"],
            CONSTANT_MEMORY,
        ),
        Goal("poller's memory, ten times the stream", measured["poller_memory"], CONSTANT_MEMORY),
    ]
