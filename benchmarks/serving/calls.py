"""`python -m benchmarks.serving.calls bare|torch|write FOLDER`: calls without HTTP, alone."""

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import CpuClock
from benchmarks.serving import model

WARM_UP, CALLS = 20, 150


def main() -> None:
    """Print the CPU milliseconds of one forecast as JSON."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    warnings.filterwarnings("ignore")  # of GluonTS
    if kind == "write":
        model.write(folder)
        print("{}")
        return
    call = _bare(folder) if kind == "bare" else _torch()
    for _ in range(WARM_UP):
        call()
    clock = CpuClock()
    for _ in range(CALLS):
        call()
    print(json.dumps({"cpu_ms": clock.seconds() / CALLS * 1000}))


def _bare(folder: Path) -> Callable[[], Any]:
    """Return the call of the served model with a parsed series."""
    from sagemaker_pipelines.container.algorithms import registry  # noqa: PLC0415
    from sagemaker_pipelines.container.inference import Configuration  # noqa: PLC0415
    from sagemaker_pipelines.container.series import parse  # noqa: PLC0415

    loaded = registry.load(folder)
    series = parse({"start": model.START, "target": model.target()})
    levels = Configuration().quantiles
    return lambda: loaded.forecast(series, levels, model.SAMPLES)


def _torch() -> Callable[[], Any]:
    """Return the call of GluonTS's predictor with the same network.

    Its calendar features are computed by GluonTS, in another order and with the age of the series,
    which changes the forecast but not the work.
    """
    import pandas as pd  # noqa: PLC0415
    import torch  # noqa: PLC0415
    from gluonts.torch.model.deepar import DeepAREstimator  # noqa: PLC0415
    from gluonts.torch.model.deepar.lightning_module import DeepARLightningModule  # noqa: PLC0415

    torch.set_num_threads(1)
    network, _ = model.network()
    parameters = model.HYPERPARAMETERS
    estimator = DeepAREstimator(
        freq="1min",
        prediction_length=parameters.prediction_length,
        context_length=parameters.context_length,
        lags_seq=[lag + 1 for lag in network.lags_seq],
        time_features=[_hour, _hour],
        num_parallel_samples=model.SAMPLES,
    )
    module = DeepARLightningModule(model_kwargs=_arguments(network))
    module.model.load_state_dict(network.state_dict())
    predictor = estimator.create_predictor(estimator.create_transformation(), module)
    entry = {"start": pd.Period(model.START, freq="1min"), "target": model.target()}
    levels = [number / 10 for number in range(1, 10)]

    def call() -> None:
        forecast = next(iter(predictor.predict([entry])))
        for level in levels:
            forecast.quantile(level)

    return call


def _hour(index: Any) -> Any:
    return index.minute.values / 59.0 - 0.5


def _arguments(network: Any) -> dict[str, Any]:
    return {
        "freq": "1min",
        "context_length": network.context_length,
        "prediction_length": network.prediction_length,
        "num_feat_dynamic_real": network.num_feat_dynamic_real,
        "lags_seq": [lag + 1 for lag in network.lags_seq],
        "num_layers": network.rnn.num_layers,
        "hidden_size": network.rnn.hidden_size,
        "dropout_rate": 0.0,
        "embedding_dimension": network.embedding_dimension,
        "num_parallel_samples": model.SAMPLES,
        "default_scale": 1.0,
    }


if __name__ == "__main__":
    main()
