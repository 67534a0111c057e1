"""After a change of regime: methods trained on all or on the last minutes, and the reference."""

from dataclasses import dataclass

from benchmarks.forecasting import measurement, series
from benchmarks.forecasting.measurement import Score
from benchmarks.forecasting.methods import DEEPAR, HORIZON, Method, Reference

CHANGE_HOURS, HOURS = 27, 50
AFTER_HOURS = (4, 6, 7.5, 9)  # when the methods are trained
SCORED_HOURS = 10  # after the training
RECENT = (None, 300, 360, 480)  # minutes, which DeepAR requires at least 300 of; None: all
ALGORITHMS = {
    "deepar": ("deepar", DEEPAR),
    "ensemble": ("ensemble", DEEPAR),
    "gradient_boosting": ("gradient_boosting", {}),
}


@dataclass(frozen=True, slots=True)
class RegimeScore:
    """A score of a method that was trained some hours after the change."""

    after_hours: float
    recent: int | None
    score: Score
    reference_wql: float


def compare(sequence: series.Sequence, after_hours: float) -> list[RegimeScore]:
    """Score the methods beside the reference on the windows of the following hours."""
    end = int((CHANGE_HOURS + after_hours) * 60)
    origins = range(end, end + SCORED_HOURS * 60, HORIZON)
    run = measurement.forecasts(Reference(120), sequence, origins)
    reference = measurement.score("reference 120", run, sequence, origins)
    found = [RegimeScore(after_hours, None, reference, reference.wql)]
    for name, (algorithm, hyperparameters) in ALGORITHMS.items():
        for recent in RECENT:
            method = Method(name, algorithm, recent, hyperparameters)
            run = measurement.fitted(method, sequence, end, origins)
            score = measurement.score(name, run, sequence, origins)
            found.append(RegimeScore(after_hours, recent, score, reference.wql))
    return found
