"""Train the candidates of our image and forecast every window with each.

`python -m sagemaker_pipelines.steps.forecast_candidates --candidates gradient_boosting,… …`

Amazon DeepAR's candidates are trained and asked by jobs of their own. The models are not kept: the
winner is trained again on the whole history. What a model with features owes to each of them is
measured on the windows, which it was not trained on.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from common import hyperparameters
from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.model import Explainable, Model
from sagemaker_pipelines.container.series import Series, read_channel
from sagemaker_pipelines.evaluation_reports.attributions import importances
from sagemaker_pipelines.evaluation_reports.bias import wql
from sagemaker_pipelines.paths import Paths, report_failures
from sagemaker_pipelines.tournament import candidates
from sagemaker_pipelines.tournament.candidates import attributions_file

# Each algorithm gets those of all and ignores the others'.
HYPERPARAMETERS = ("time_freq", *hyperparameters.NAMES)


HELD_OUT_STEP = 3  # every third window: neighbors share most of their minutes


def trained(algorithm: str, train: Sequence[Series], hyperparameters: Mapping[str, str]) -> Model:
    """Train an algorithm."""
    with tempfile.TemporaryDirectory() as folder:
        registry.fit(algorithm, train, hyperparameters, Path(folder))
        return registry.load(Path(folder))


def attributions(model: Model, held_out: Sequence[Series]) -> dict[str, Any] | None:
    """Return the importance of the features for the wQL by algorithm, None without features.

    `held_out` are series that end with the truths of a window.
    """
    if not isinstance(model, Explainable):
        return None
    found = {
        name: importances(examples.predict, examples.table, examples.names, examples.truth, wql)
        for name, examples in model.examples(held_out, QUANTILE_LEVELS).items()
    }
    return {"metric": "mean_wql", "models": found} if found else None


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
        # A process for each, as many at a time as there are cores: a fit uses one of them. New
        # processes, because OpenMP does not survive a fork.
        workers = min(len(found), os.cpu_count() or 1)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            measure = partial(measured, paths=paths, values=values, samples=args.forecast_samples)
            for _ in pool.map(measure, found):  # raises the first failure
                pass


def measured(
    candidate: candidates.Candidate, paths: Paths, values: Mapping[str, str], samples: int
) -> None:
    """Train a candidate, and write its forecasts of the windows and its attributions."""
    train = read_channel(paths.processing("train") / candidate.name)
    model = trained(candidate.algorithm, train, values)
    requests = read_channel(paths.processing("requests"))
    found = [model.forecast(series, QUANTILE_LEVELS, samples) for series in requests]
    folder = paths.processing("forecasts")
    text = "".join(f"{json.dumps(forecast)}\n" for forecast in found)
    (folder / f"{candidate.name}.jsonl").write_text(text)
    held_out = read_channel(paths.processing("test"))[::HELD_OUT_STEP]
    if explained := attributions(model, held_out):
        text = json.dumps({"candidate": candidate.name, **explained}, indent=2)
        (folder / attributions_file(candidate.name)).write_text(f"{text}\n")


if __name__ == "__main__":
    main()
