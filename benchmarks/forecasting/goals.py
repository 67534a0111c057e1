"""Goals of the forecasts, and the means over seeds that they are judged by. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean

from benchmarks.forecasting.measurement import Score
from benchmarks.report import Goal

MAX_TO_LAST_VALUE = 0.75
MAX_TO_BEST = 1.05
MAX_CPU_SECONDS = 60
# The candidate that is judged: fixed before the comparison, not the best one of each series.
JUDGED = "gradient_boosting"
# Default candidates and the minutes that each is trained on.
CANDIDATES: dict[str, tuple[str, int]] = {}

Table = dict[str, dict[str, Score]]


def means(scores: Iterable[Score]) -> Table:
    """Return by series and method the means over all seeds."""
    groups: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for score in scores:
        groups[score.series, score.method].append(score)
    table: Table = defaultdict(dict)
    for (series, method), group in groups.items():
        table[series][method] = Score(
            series,
            len(group),
            method,
            *(
                fmean(getattr(score, name) for score in group)
                for name in ("wql", "coverage", "fit_cpu", "forecast_cpu")
            ),
        )
    return table


def goals(table: Table, training_cpu: Mapping[str, float]) -> list[Goal]:
    """Judge the accuracy on each series, and the CPU seconds of all default candidates."""
    judged = []
    for series, by_method in table.items():
        loss = by_method[JUDGED].wql
        last = by_method["last value"].wql
        best = min(s.wql for s in by_method.values() if s.fit_cpu <= MAX_CPU_SECONDS)
        judged += [
            Goal(f"wQL to last value, {series}", loss / last, MAX_TO_LAST_VALUE),
            Goal(f"wQL to the best method, {series}", loss / best, MAX_TO_BEST),
        ]
    total = sum(training_cpu.values())
    return [*judged, Goal("training of the default candidates, CPU s", total, MAX_CPU_SECONDS)]
