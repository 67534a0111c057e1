"""The model and the request of the benchmark: DeepAR of the default size, weights at random."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters

HYPERPARAMETERS = Hyperparameters.parse({
    "time_freq": "1min",
    "context_length": "60",
    "prediction_length": "30",
    "epochs": "1",
    "num_layers": "1",
})  # fmt: skip
START, STEPS, SAMPLES = "2024-10-10 00:00:00", 360, 100


def target() -> list[float]:
    """Return six hours of fees (satoshi)."""
    noise = np.random.default_rng(0).normal(0, 0.1, STEPS)
    return [round(float(value), 2) for value in 10_000 * np.exp(noise)]


def request() -> bytes:
    """Return the request to `/invocations`: one series, Amazon DeepAR's default outputs."""
    instance = {"start": START, "target": target()}
    return json.dumps(
        {"instances": [instance], "configuration": {"num_samples": SAMPLES}}
    ).encode()


def network() -> tuple[Any, Any]:
    """Return the torch network, always with the same weights, and its inputs."""
    # Imported here because it takes seconds, and only torch's own process needs it.
    import torch  # noqa: PLC0415

    from sagemaker_pipelines.container.algorithms.deepar import (  # noqa: PLC0415
        features,
        network,
    )

    torch.manual_seed(0)
    inputs = features.Inputs(HYPERPARAMETERS.step_seconds, ["hour"])
    return network.build(HYPERPARAMETERS, inputs).eval(), inputs


def write(folder: Path) -> None:
    """Write the network as the model folder that the image serves."""
    from sagemaker_pipelines.container.algorithms.deepar import export  # noqa: PLC0415

    model, inputs = network()
    export.write(model, HYPERPARAMETERS, inputs, {}, folder)
