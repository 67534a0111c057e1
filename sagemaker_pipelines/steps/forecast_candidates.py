"""Train the candidates of our image and forecast every window with each.

`python -m sagemaker_pipelines.steps.forecast_candidates --candidates gradient_boosting,… …`

Amazon DeepAR's candidates are trained and asked by jobs of their own. The models are not kept: the
winner is trained again on the whole history.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import Series, read_channel
from sagemaker_pipelines.paths import Paths, report_failures
from sagemaker_pipelines.tournament import candidates

TIME_FREQ = "1min"


def forecasts(
    algorithm: str, train: Sequence[Series], requests: Sequence[Series], horizon: int, samples: int
) -> list[dict[str, Any]]:
    """Train an algorithm; return its forecast of each request, as a batch transform would."""
    hyperparameters = {"time_freq": TIME_FREQ, "prediction_length": str(horizon)}
    with tempfile.TemporaryDirectory() as folder:
        registry.fit(algorithm, train, hyperparameters, Path(folder))
        model = registry.load(Path(folder))
        return [dict(model.forecast(series, QUANTILE_LEVELS, samples)) for series in requests]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", required=True, type=candidates.parse)
    parser.add_argument("--prediction-length", required=True, type=int)
    parser.add_argument("--forecast-samples", required=True, type=int)
    args = parser.parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        requests = read_channel(paths.processing("requests"))
        for candidate in candidates.own(args.candidates):
            train = read_channel(paths.processing("train") / candidate.name)
            found = forecasts(
                candidate.algorithm, train, requests, args.prediction_length, args.forecast_samples
            )
            text = "".join(f"{json.dumps(forecast)}\n" for forecast in found)
            (paths.processing("forecasts") / f"{candidate.name}.jsonl").write_text(text)


if __name__ == "__main__":
    main()
