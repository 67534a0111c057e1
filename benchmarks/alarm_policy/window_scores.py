"""Train a model on the start of a stream and score its forecasts of the rest.

`python -m benchmarks.alarm_policy.window_scores recorded|calm|busy SEED` prints name and scores.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.alarm_policy import streams
from benchmarks.alarm_policy.streams import Stream
from benchmarks.forecasting.methods import DEEPAR
from benchmarks.forecasting.series import RECORDED
from common import reference_forecast, scores, threshold
from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.container.algorithms import registry

# As in terraform/variables.tf.
HORIZON, HISTORY, SAMPLES = 30, 270, 200
HYPERPARAMETERS = DEEPAR | {"prediction_length": str(HORIZON)}
OVERLAP = 6  # windows that share a minute: origins are a sixth of the horizon apart


def measure(stream: Stream) -> NDArray[np.float64]:
    """Return the score of every window, in order of time; OVERLAP apart they are disjoint."""
    with TemporaryDirectory(prefix="alarm-policy-") as folder:
        training = stream.series.upto(stream.training)
        values = {**HYPERPARAMETERS, "time_freq": f"{stream.step_minutes}min"}
        registry.fit("deepar", [training], values, Path(folder))
        model = registry.load(Path(folder))
    found = []
    last = len(stream.series.target) - HORIZON
    for origin in range(stream.training + HISTORY, last + 1, HORIZON // OVERLAP):
        context, truth = stream.window(origin, HISTORY, HORIZON)
        forecast = model.forecast(context, QUANTILE_LEVELS, SAMPLES)
        reference = reference_forecast.forecast(context.target.tolist(), HORIZON)
        score = threshold.score(
            scores.mean_wql(truth.tolist(), forecast["quantiles"]),
            scores.mean_wql(truth.tolist(), reference.quantiles),
        )
        if score is not None:
            found.append(score)
    return np.array(found)


def main(kind: str, seed: str) -> None:
    """Print {"name", "scores"} of one stream."""
    stream = (
        streams.recorded()
        if kind == "recorded"
        else streams.simulated(int(seed), busy=kind == "busy")
    )
    if stream is None:
        raise FileNotFoundError(RECORDED)
    print(json.dumps({"name": stream.name, "scores": measure(stream).tolist()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
