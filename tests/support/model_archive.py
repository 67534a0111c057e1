"""The archive of a small model that the container trained."""

import json
import math
import os
import subprocess
import sys
import tarfile

SERIES = [100 + 10 * math.sin(i / 7) + i % 3 for i in range(320)]
HYPERPARAMETERS = {
    "time_freq": "1min",
    "context_length": "12",
    "prediction_length": "6",
    "epochs": "1",
    "num_cells": "4",
    "num_layers": "1",
}


def train(base):
    """Train a model with the container in an empty folder -> its archive."""
    files = {
        "input/config/hyperparameters.json": HYPERPARAMETERS,
        "input/data/train/data.json": {"start": "2024-10-10 00:00:00", "target": SERIES},
    }
    for name, value in files.items():
        (base / name).parent.mkdir(parents=True)
        (base / name).write_text(json.dumps(value))
    argv = [sys.executable, "-m", "sagemaker_pipelines.container", "train"]
    subprocess.run(argv, check=True, env={**os.environ, "SAGEMAKER_BASE_DIR": str(base)})
    file = base / "model.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        for path in (base / "model").iterdir():
            tar.add(path, path.name)
    return file.read_bytes()
