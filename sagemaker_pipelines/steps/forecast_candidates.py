"""Train the candidates of our image and forecast every window with each.

`python -m sagemaker_pipelines.steps.forecast_candidates --candidates gradient_boosting,… …`

Amazon DeepAR's candidates are trained and asked by jobs of their own. The models are not kept: the
winner is trained again on the whole history. What a model with features owes to each of them is
measured on the windows, which it was not trained on.
"""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
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
        measured = measure_all(channels, paths, values, args.forecast_samples)
        for candidate in found:
            result = fits.together(candidate, [measured[fit] for fit in needed[candidate]])
            write(candidate.name, result, paths.processing("forecasts"))


def measure_all(
    channels: Mapping[fits.Fit, Path], paths: Paths, values: Mapping[str, str], samples: int
) -> dict[fits.Fit, Measured]:
    """Run the fits in processes, as many at a time as there are cores: each uses one of them."""
    # DeepAR's take longest: begun first, the cores finish together.
    order = sorted(channels, key=lambda fit: fit.algorithm != candidates.DEEPAR)
    # Forked from a server that has only imported what the fits import, which takes as long as a
    # fit. A process that has computed cannot be forked: OpenMP does not survive it.
    context = get_context("forkserver")
    context.set_forkserver_preload([
        fits.__name__, *sorted({registry.fitting(fit.algorithm) for fit in order})
    ])  # fmt: skip
    measure = partial(fits.measure, paths=paths, values=values, samples=samples)
    with ProcessPoolExecutor(min(len(order), os.cpu_count() or 1), mp_context=context) as pool:
        found = pool.map(measure, [f.algorithm for f in order], [channels[f] for f in order])
        return dict(zip(order, found, strict=True))  # raises the first failure


def write(name: str, measured: Measured, folder: Path) -> None:
    """Write the forecasts of a candidate, and its attributions if it has features."""
    text = "".join(f"{json.dumps(forecast)}\n" for forecast in measured.forecasts)
    (folder / f"{name}.jsonl").write_text(text)
    if measured.importances:
        report = {
            "candidate": name,
            "metric": "mean_wql",
            "models": measured.importances,
        }
        text = json.dumps(report, indent=2)
        (folder / candidates.attributions_file(name)).write_text(f"{text}\n")


if __name__ == "__main__":
    main()
