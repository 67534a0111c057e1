"""Train tiny models as SageMaker does: folders below a base, one process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
SMALL = {
    "time_freq": "1min",
    "context_length": "10",
    "prediction_length": "5",
    "epochs": "3",
    "learning_rate": "0.01",
    "mini_batch_size": "16",
    "num_cells": "8",
    "num_layers": "2",
    "test_quantiles": "[0.1, 0.5, 0.9]",
}


def wave(length=400, first=0):
    """A sine with a period of 20 minutes and a little noise."""
    steps = np.arange(first, first + length)
    noise = np.random.default_rng(first).normal(0, 2, length)
    return (100 + 30 * np.sin(2 * np.pi * steps / 20) + noise).round(3).tolist()


def channel(base, name, entries):
    folder = base / "input/data" / name
    folder.mkdir(parents=True)
    (folder / f"{name}.json").write_text("".join(json.dumps(item) + "\n" for item in entries))


def environment(base, **more):
    """The host's environment, so that both processes compute with the same BLAS kernels."""
    return {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "SAGEMAKER_BASE_DIR": str(base),
        **more,
    }


def train(base, **hyperparameters):
    """Run `train` with the existing channels."""
    values = {k: v for k, v in (SMALL | hyperparameters).items() if v is not None}
    (base / "input/config").mkdir(parents=True, exist_ok=True)
    (base / "input/config/hyperparameters.json").write_text(json.dumps(values))
    return subprocess.run(
        [sys.executable, "-m", "sagemaker_pipelines.container", "train"],
        cwd=ROOT,
        env=environment(base),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
