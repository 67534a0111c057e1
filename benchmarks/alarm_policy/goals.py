"""Goals of the alarm policy, each for the stream that is furthest from it. Pure."""

from collections.abc import Iterable

from benchmarks.alarm_policy.simulation import FOUND_WITHIN, MONTH, Result
from benchmarks.report import Goal


def goals(results: Iterable[Result]) -> list[Goal]:
    """Compare the worst stream with each goal."""
    known = list(results)
    return [
        Goal(f"false alarms per {MONTH} readings", max(r.false_alarms for r in known), 2),
        Goal(
            f"share of losses × 1.5 found within {FOUND_WITHIN} readings",
            min(r.found[1.5] for r in known),
            0.9,
            at_least=True,
        ),
        Goal("median delay of loss × 1.5, readings", max(r.delay[1.5] for r in known), 10),
        Goal("median delay of loss × 2, readings", max(r.delay[2.0] for r in known), 3),
        Goal(
            "share of first readings above the threshold", max(r.first_above for r in known), 0.02
        ),
    ]
