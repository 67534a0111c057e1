"""Batch scoring of one model by its parts, and the model alone on the same lines."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.batch.transform import SAMPLES, Load, serve
from benchmarks.measure import CpuClock
from common import deepar
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import parse
from sagemaker_pipelines.paths import Paths
from sagemaker_pipelines.steps import collect_batch, prepare_batch
from sagemaker_pipelines.tabular import algorithm, csv_rows, record
from scripts.develop import container, samples

HISTORY = 270  # minutes of a series, as in monitoring
ROUNDS = 5  # the least CPU time counts, the others were disturbed
FORECASTER = Load("forecaster", "deepar", 1000, "application/jsonlines", together=False)
ABALONE = Load("abalone", "abalone", 500_000, "text/csv", together=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds for the lines of a load."""

    load: Load
    alone: float
    prepare: float
    serve: float
    reconnecting: float  # serve, if each request has a connection of its own
    collect: float

    @property
    def share(self) -> float:
        """Lines per CPU second of the whole run as a share of those of the model alone."""
        return self.alone / (self.prepare + self.serve + self.collect)


def measure(load: Load, folder: Path) -> Measured:
    """Train a model, score the lines with it alone and by the steps of the batch pipeline."""
    base = folder / load.algorithm
    sample = samples.write(load.algorithm, base / "input" / "data" / "train", None)
    parameters = {**sample.hyperparameters, **({"num_cells": "40"} if not load.together else {})}
    container.train(base, parameters)
    lines = list(_lines(load))
    path = folder / f"{load.algorithm}.txt"
    path.write_text("\n".join(lines) + "\n")
    rounds = [_round(load, base, path, lines) for _ in range(ROUNDS)]
    return Measured(load, *(min(column) for column in zip(*rounds, strict=True)))


def _round(load: Load, base: Path, path: Path, lines: list[str]) -> tuple[float, ...]:
    """Return the CPU seconds of `Measured`, in its order."""
    alone = _alone(load, base / "model", lines)
    with TemporaryDirectory(dir=path.parent) as folder:
        paths, clock = Paths(Path(folder)), CpuClock()
        summary = prepare_batch.split(paths, 0, path, path.name, load.model)
        prepare = clock.seconds()
        again, kept = (serve(load, base, paths, summary, keep=k) for k in (False, True))
        clock = CpuClock()
        collect_batch.join(paths, summary, Path(folder) / "joined")
        return alone, prepare, kept, again, clock.seconds()


def _lines(load: Load) -> Iterator[str]:
    if load.together:
        rows = samples.drawn(record.read(load.model).features, load.count)
        yield from (",".join(row[:-1]) for row in rows)
        return
    draw = random.Random(1)
    for _ in range(load.count):
        target = [draw.uniform(1000, 3000) for _ in range(HISTORY)]
        yield json.dumps(deepar.instance(samples.START, target))


def _alone(load: Load, model: Path, lines: list[str]) -> float:
    """Return the CPU seconds of the model's own calls on parsed lines."""
    if load.together:
        tabular = algorithm.find(load.model).load(model)
        table = csv_rows.matrix("\n".join(lines), record.read(load.model))
        clock = CpuClock()
        for part in np.array_split(table, max(1, len(table) // 10_000)):
            tabular.predict(part)
        return clock.seconds()
    forecaster = registry.load(model)
    series = [parse(json.loads(line)) for line in lines]
    clock = CpuClock()
    for one in series:
        forecaster.forecast(one, deepar.QUANTILE_LEVELS, SAMPLES)
    return clock.seconds()
