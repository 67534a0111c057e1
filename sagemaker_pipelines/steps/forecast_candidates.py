"""Train the candidates of our image and forecast every window with each.

`python -m sagemaker_pipelines.steps.forecast_candidates --candidates gradient_boosting,… …`

Amazon DeepAR's candidates are trained and asked by jobs of their own. The models are not kept: the
winner is trained again on the whole history. What a model with features owes to each of them is
measured on the windows, which it was not trained on.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

from common import hyperparameters
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.paths import Paths, report_failures
from sagemaker_pipelines.steps import fits
from sagemaker_pipelines.steps.fits import Measured
from sagemaker_pipelines.tournament import candidates

# Each algorithm gets those of all and ignores the others'.
HYPERPARAMETERS = ("time_freq", *hyperparameters.NAMES)


def main(arguments: Sequence[str] | None = None, *, fork: bool = False) -> None:
    """Run the step; with `fork`, in forks of this process, which has not computed yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--forecast-samples", required=True, type=int)
    for name in HYPERPARAMETERS:
        parser.add_argument(f"--{name.replace('_', '-')}", required=True)
    args = parser.parse_args(arguments)
    values = {name: getattr(args, name) for name in HYPERPARAMETERS}
    paths = Paths.from_env()
    with report_failures(paths):
        found = candidates.own(candidates.parse(args.candidates))
        if not found:
            return
        needed = {candidate: fits.needed(candidate, paths, values) for candidate in found}
        channels = {
            fit: fits.channel(candidate, paths) for candidate in found for fit in needed[candidate]
        }
        if fork:  # what the fits import takes as long as a fit, so they share it
            import_libraries(channels)
        measure = partial(fits.measure, paths=paths, values=values, samples=args.forecast_samples)
        measured = measure_all(measure, channels, "fork" if fork else "spawn")
        for candidate in found:
            result = fits.together(candidate, [measured[fit] for fit in needed[candidate]])
            write(candidate.name, result, paths.processing("forecasts"))


def import_libraries(needed: Iterable[fits.Fit]) -> None:
    """Import what the algorithms import for their fits."""
    for name in sorted({registry.fitting(fit.algorithm) for fit in needed}):
        if find_spec(name) is not None:
            import_module(name)


def measure_all(
    measure: Callable[[str, Path], Measured], channels: Mapping[fits.Fit, Path], method: str
) -> dict[fits.Fit, Measured]:
    """Measure the fits in processes, as many at a time as there are cores: each uses one of them.

    `method` is how processes start (multiprocessing). One that has computed cannot be forked,
    because OpenMP does not survive it.
    """
    # DeepAR's take longest: begun first, the cores finish together.
    order = sorted(channels, key=lambda fit: fit.algorithm != candidates.DEEPAR)
    workers = min(len(order), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context(method)) as pool:
        found = pool.map(measure, [f.algorithm for f in order], [channels[f] for f in order])
        return dict(zip(order, found, strict=True))  # raises the first failure


def write(name: str, measured: Measured, folder: Path) -> None:
    """Write the forecasts of a candidate, and its attributions if it has features."""
    text = "".join(f"{json.dumps(forecast)}\n" for forecast in measured.forecasts)
    (folder / f"{name}.jsonl").write_text(text)
    if measured.importances:
        report = {"candidate": name, "metric": "mean_wql", "models": measured.importances}
        text = json.dumps(report, indent=2)
        (folder / candidates.attributions_file(name)).write_text(f"{text}\n")


if __name__ == "__main__":
    main(fork=sys.platform == "linux")  # elsewhere, libraries may not survive it
