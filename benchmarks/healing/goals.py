"""Goals of the whole loop. Pure."""

from collections.abc import Sequence
from statistics import fmean

from benchmarks.healing.outcome import Outcome
from benchmarks.report import Goal

MAXIMUM_TO_REFERENCE, MEAN_TO_REFERENCE = 1.05, 0.85
LAST_HOURS = 0.65
QUIET_SEEDS = 0.9  # share of seeds without a training after the last promotion


def goals(outcomes: Sequence[Outcome]) -> list[Goal]:
    """Judge the runs of all seeds."""
    promotions = [promotion for outcome in outcomes for promotion in outcome.promotions]
    pooled = sum(p.loss for p in promotions) / sum(p.replaced_loss for p in promotions)
    quiet = sum(outcome.late_trainings == 0 for outcome in outcomes) / len(outcomes)
    return [
        Goal("promotions significantly worse", sum(p.significantly_worse for p in promotions), 0),
        Goal("promoted to replaced, pooled loss", pooled, 1.0),
        Goal(
            "production to reference after the change, worst seed",
            max(outcome.after for outcome in outcomes),
            MAXIMUM_TO_REFERENCE,
        ),
        Goal(
            "production to reference after the change, mean",
            fmean(outcome.after for outcome in outcomes),
            MEAN_TO_REFERENCE,
        ),
        Goal(
            "production to reference, last four hours, mean",
            fmean(outcome.last_hours for outcome in outcomes),
            LAST_HOURS,
        ),
        Goal("share of seeds without a late training", quiet, QUIET_SEEDS, at_least=True),
    ]
