"""Batch scoring of one model by its parts, and the model alone on the same lines."""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measure import CpuClock
from common import deepar
from sagemaker_pipelines.batch.parts import FileSummary
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import parse
from sagemaker_pipelines.paths import Paths
from sagemaker_pipelines.steps import collect_batch, prepare_batch
from sagemaker_pipelines.tabular import algorithm, csv_rows, record
from scripts.develop import container, samples

HISTORY = 270  # minutes of a series, as in monitoring
SAMPLES = 100
REQUEST_BYTES = 1024 * 1024  # MaxPayloadInMB of modules/batch
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """Lines of a model, and how they are sent."""

    model: str  # of the batch pipeline
    algorithm: str
    count: int
    content_type: str
    together: bool  # as many lines as fit into a request


FORECASTER = Load("forecaster", "deepar", 400, "application/jsonlines", together=False)
ABALONE = Load("abalone", "abalone", 200_000, "text/csv", together=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds for the lines of a load."""

    load: Load
    alone: float
    prepare: float
    serve: float
    collect: float

    @property
    def share(self) -> float:
        """Lines per CPU second of the whole run as a share of those of the model alone."""
        return self.alone / (self.prepare + self.serve + self.collect)


def measure(load: Load, folder: Path) -> Measured:
    """Train a model, score the lines with it alone, then by the steps of the batch pipeline."""
    base = folder / load.algorithm
    sample = samples.write(load.algorithm, base / "input" / "data" / "train", None)
    parameters = {**sample.hyperparameters, **({"num_cells": "40"} if not load.together else {})}
    container.train(base, parameters)
    lines = list(_lines(load))
    alone = _alone(load, base / "model", lines)
    path = folder / f"{load.algorithm}.txt"
    path.write_text("\n".join(lines) + "\n")
    paths, clock = Paths(folder / "job" / load.algorithm), CpuClock()
    summary = prepare_batch.split(paths, 0, path, path.name, load.model)
    prepare = clock.seconds()
    serve = _serve(load, base, paths, summary)
    clock = CpuClock()
    collect_batch.join(paths, summary, folder / "joined")
    return Measured(load, alone, prepare, serve, clock.seconds())


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


def _serve(load: Load, base: Path, paths: Paths, summary: FileSummary) -> float:
    """Send the parts to the server as a transform does; return its CPU seconds."""
    os.environ["MODEL_SERVER_WORKERS"] = "1"
    os.environ["DEEPAR_INFERENCE_CONFIG"] = json.dumps(deepar.configuration(SAMPLES))
    # One core for one worker, which then keeps it, as each worker of the image does.
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    process, port = container.serve(base, 0)
    os.sched_setaffinity(0, cores)
    try:
        before = _cpu(process.pid)
        for part in summary.parts:
            content = (paths.processing("lines") / part).read_bytes()
            with (paths.processing("scored") / f"{part}.out").open("w") as scored:
                for body in _bodies(load, content):
                    scored.write(container.invoke(port, body, load.content_type).rstrip() + "\n")
        return _cpu(process.pid) - before
    finally:
        process.terminate()
        process.wait(timeout=40)


def _bodies(load: Load, content: bytes) -> Iterator[bytes]:
    lines = content.splitlines(keepends=True)
    if not load.together:
        yield from lines
        return
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        if size + len(line) > REQUEST_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
        waiting.append(line)
        size += len(line)
    yield b"".join(waiting)


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a process and its children, which still run."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total
