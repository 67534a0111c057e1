"""Train the candidates of our image and forecast every window with each.

`python -m sagemaker_pipelines.steps.forecast_candidates --candidates gradient_boosting,… …`

Amazon DeepAR's candidates are trained and asked by jobs of their own. The models are not kept: the
winner is trained again on the whole history.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import Series, read_channel
from sagemaker_pipelines.paths import Paths, report_failures
from sagemaker_pipelines.tournament import candidates

# Hyperparameters of DeepAR, which the ensemble has as a member; others ignore them.
HYPERPARAMETERS = (
    *("time_freq", "context_length", "prediction_length", "epochs", "learning_rate"),
    *("mini_batch_size", "num_cells", "num_layers", "dropout_rate", "likelihood"),
    "early_stopping_patience",
)


def forecasts(
    algorithm: str,
    train: Sequence[Series],
    requests: Sequence[Series],
    hyperparameters: Mapping[str, str],
    samples: int,
) -> list[dict[str, Any]]:
    """Train an algorithm; return its forecast of each request, as a batch transform would."""
    with tempfile.TemporaryDirectory() as folder:
        registry.fit(algorithm, train, hyperparameters, Path(folder))
        model = registry.load(Path(folder))
        return [dict(model.forecast(series, QUANTILE_LEVELS, samples)) for series in requests]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--forecast-samples", required=True, type=int)
    for name in HYPERPARAMETERS:
        parser.add_argument(f"--{name.replace('_', '-')}", required=True)
    args = parser.parse_args(arguments)
    hyperparameters = {name: getattr(args, name) for name in HYPERPARAMETERS}
    paths = Paths.from_env()
    with report_failures(paths):
        requests = read_channel(paths.processing("requests"))
        for candidate in candidates.own(candidates.parse(args.candidates)):
            train = read_channel(paths.processing("train") / candidate.name)
            found = forecasts(
                candidate.algorithm, train, requests, hyperparameters, args.forecast_samples
            )
            text = "".join(f"{json.dumps(forecast)}\n" for forecast in found)
            (paths.processing("forecasts") / f"{candidate.name}.jsonl").write_text(text)


if __name__ == "__main__":
    main()
