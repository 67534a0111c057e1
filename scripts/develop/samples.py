"""Small training data and an example request for an algorithm. Pure."""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common import deepar, times
from sagemaker_pipelines.tabular import record, settings, table
from sagemaker_pipelines.tabular.record import Feature

ROWS = 500
MINUTES = 600
START = times.parse("2024-10-10T00:00:00Z")
# A network so small that it trains in seconds.
HYPERPARAMETERS = {
    "time_freq": "1min",
    "prediction_length": "30",
    "context_length": "60",
    "epochs": "3",
    "num_cells": "8",
    "num_layers": "1",
    "mini_batch_size": "32",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a job of the algorithm reads, and a request to its model."""

    hyperparameters: dict[str, str]
    file: str  # name of the training data in the channel
    request: bytes
    content_type: str


def write(algorithm: str, channel: Path, data: Path | None) -> Sample:
    """Write training data to a channel: a file, the model's own sample, or drawn values."""
    channel.mkdir(parents=True, exist_ok=True)
    if algorithm in record.models():
        return _rows(algorithm, channel, data)
    return _series(algorithm, channel, data)


def _rows(algorithm: str, channel: Path, data: Path | None) -> Sample:
    wanted, own = record.read(algorithm), settings.find(algorithm)
    path = channel / "data.csv"
    if data is not None:
        lines = table.read([data], wanted).lines
    elif own.sample is not None:
        lines = own.sample()
    else:
        lines = drawn(wanted.features, ROWS)
    table.write(path, wanted, lines)
    request = ",".join(lines[0][:-1])
    return Sample({"algorithm": algorithm}, path.name, f"{request}\n".encode(), "text/csv")


def drawn(features: Sequence[Feature], count: int) -> list[list[str]]:
    """Return rows within the limits of the features; the target is the sum of the numbers."""
    draw, rows = random.Random(0), []  # noqa: S311 - a sample
    for _ in range(count):
        cells, total = [], draw.gauss(0, 0.1)
        for feature in features:
            if feature.enum:
                cells.append(draw.choice(feature.enum))
                continue
            low = feature.minimum if math.isfinite(feature.minimum) else 0.0
            high = feature.maximum if math.isfinite(feature.maximum) else low + 1
            value = draw.uniform(low, high)
            cells.append(f"{value:.6g}")
            total += value
        rows.append([*cells, f"{total:.6g}"])
    return rows


def _series(algorithm: str, channel: Path, data: Path | None) -> Sample:
    path = channel / "train.json"
    if data is None:
        draw = random.Random(0)  # noqa: S311 - a sample
        target = [
            2000 + 600 * math.sin(number / 10) + draw.gauss(0, 100) for number in range(MINUTES)
        ]
        path.write_text(json.dumps(deepar.instance(START, target)) + "\n")
    else:
        path.write_text(data.read_text())
    series = json.loads(path.read_text().splitlines()[0])
    request = deepar.request({"start": series["start"], "target": series["target"][-270:]}, 50)
    parameters = {**HYPERPARAMETERS, "algorithm": algorithm}
    return Sample(parameters, path.name, request, deepar.CONTENT_TYPE)
