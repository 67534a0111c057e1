"""Goals of the forecasts, and the means over seeds that they are judged by. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from benchmarks.forecasting.measurement import Score
from benchmarks.report import Goal
from sagemaker_pipelines.tournament import candidates
from sagemaker_pipelines.training import parameters

MAX_TO_LAST_VALUE = 0.75
MAX_TO_BEST = 1.05
MAX_CPU_SECONDS = 60
REFERENCE = "reference 120"
# The default candidates of the pipeline; methods of the same names are measured.
CANDIDATES = candidates.parse(str(parameters.CANDIDATES.default))
ALONE = "ensemble"  # judged without a tournament as well

NUMBERS = (
    *("wql", "first_half_wql", "second_half_wql"),
    *("coverage", "fit_cpu", "forecast_cpu"),
)
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
            *(fmean(getattr(score, name) for score in group) for name in NUMBERS),
        )
    return table


def goals(scores: Sequence[Score], training_cpu: Mapping[str, float]) -> list[Goal]:
    """Judge the accuracy on each series, and the CPU seconds of all default candidates.

    As in production, the forecast is that of a tournament's winner: the best default candidate, or
    the reference, of the first half of the windows. All methods are scored on the second half, so
    that the choice is not judged on the windows that it was made by.
    """
    judged = []
    for series, by_method in means(scores).items():
        last = by_method["last value"].second_half_wql
        affordable = [s for s in by_method.values() if s.fit_cpu <= MAX_CPU_SECONDS]
        best = min(s.second_half_wql for s in affordable)
        chosen = fmean(s.second_half_wql for s in winners(scores, series))
        alone = by_method[ALONE].second_half_wql
        judged += [
            Goal(f"wQL of the winner to last value, {series}", chosen / last, MAX_TO_LAST_VALUE),
            Goal(f"wQL of the winner to the best method, {series}", chosen / best, MAX_TO_BEST),
            Goal(f"wQL of {ALONE} alone to the best method, {series}", alone / best, MAX_TO_BEST),
        ]
    total = sum(training_cpu.values())
    return [*judged, Goal("training of the default candidates, CPU s", total, MAX_CPU_SECONDS)]


def winners(scores: Iterable[Score], series: str) -> list[Score]:
    """Return for each seed the contender with the lowest loss in the first half."""
    contenders = {REFERENCE, *(candidate.name for candidate in CANDIDATES)}
    by_seed: dict[int, list[Score]] = defaultdict(list)
    for score in scores:
        if score.series == series and score.method in contenders:
            by_seed[score.seed].append(score)
    return [min(group, key=lambda s: s.first_half_wql) for group in by_seed.values()]
