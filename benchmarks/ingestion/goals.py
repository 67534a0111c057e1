"""What was promised, from what was measured. Pure."""

from collections.abc import Mapping

from benchmarks.report import Goal

SPEED = 0.7  # of decoding the same bytes
RECOMPUTE_SECONDS = 3.0
FLAT = 1.1  # memory of ten times the stream, relative


def goals(measured: Mapping[str, float]) -> list[Goal]:
    """Judge the measurements by name."""
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
        Goal("aggregator's memory, ten times the objects", measured["aggregator_memory"], FLAT),
        Goal("poller's memory, ten times the stream", measured["poller_memory"], FLAT),
    ]
