"""Fit and score methods on the windows of one series."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecasting import methods, series
from benchmarks.forecasting.methods import CONTEXT, HORIZON, LEVELS, Method
from benchmarks.measure import CpuClock
from common import scores
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.model import Model

SAMPLES = 100
Quantiles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy and CPU seconds of one method on the windows of one series."""

    series: str
    seed: int
    method: str
    wql: float
    first_half_wql: float  # of the windows in order of time
    second_half_wql: float
    coverage: float
    fit_cpu: float
    forecast_cpu: float  # of one window


@dataclass(frozen=True, slots=True)
class Run:
    """The forecasts of one method: quantiles of shape (levels, windows, horizon)."""

    quantiles: Quantiles
    fit_cpu: float
    forecast_cpu: float


def forecasts(model: Model, sequence: series.Sequence, origins: Sequence[int]) -> Run:
    """Forecast every window from the steps before its origin, as many as a request has."""
    clock = CpuClock()
    found = []
    for origin in origins:
        request = sequence.part(max(0, origin - CONTEXT[sequence.step_seconds]), origin)
        forecast = model.forecast(request, LEVELS, SAMPLES)
        found.append([forecast["quantiles"][level] for level in LEVELS])
    seconds = clock.seconds() / len(origins)
    return Run(np.array(found).swapaxes(0, 1), 0.0, seconds)


def fitted(
    method: Method, sequence: series.Sequence, end: int, origins: Sequence[int], first: int = 0
) -> Run:
    """Fit a method on the steps before `end` and forecast the windows."""
    start = first if method.recent is None else max(first, end - method.recent)
    frequency = f"{sequence.step_seconds // series.MINUTE}min"
    values = {"time_freq": frequency, "prediction_length": str(HORIZON)} | method.hyperparameters
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        clock = CpuClock()
        registry.fit(method.algorithm, [sequence.part(start, end)], values, Path(folder))
        seconds = clock.seconds()
        model = registry.load(Path(folder))
    run = forecasts(model, sequence, origins)
    return Run(run.quantiles, seconds, run.forecast_cpu)


def average(runs: Sequence[Run]) -> Run:
    """Return the ensemble of some runs."""
    return Run(
        np.mean([run.quantiles for run in runs], axis=0),
        sum(run.fit_cpu for run in runs),
        sum(run.forecast_cpu for run in runs),
    )


def score(name: str, run: Run, sequence: series.Sequence, origins: Sequence[int]) -> Score:
    """Score a run, pooled over its windows."""
    truth = np.array([sequence.values[o : o + HORIZON] for o in origins], float)
    rows = {level: run.quantiles[n] for n, level in enumerate(LEVELS)}
    half = len(origins) // 2
    flat = {level: row.ravel().tolist() for level, row in rows.items()}
    return Score(
        sequence.name,
        sequence.seed,
        name,
        _wql(truth, rows),
        _wql(truth[:half], {level: row[:half] for level, row in rows.items()}),
        _wql(truth[half:], {level: row[half:] for level, row in rows.items()}),
        scores.coverage(truth.ravel().tolist(), flat["0.1"], flat["0.9"]),
        run.fit_cpu,
        run.forecast_cpu,
    )


def _wql(truth: Quantiles, rows: dict[str, Quantiles]) -> float:
    flat = {level: row.ravel().tolist() for level, row in rows.items()}
    return scores.mean_wql(truth.ravel().tolist(), flat)


def compare(sequence: series.Sequence) -> list[Score]:
    """Score all methods, trained on the first 48 hours, on all windows after them."""
    end = series.TRAINING
    origins = range(end, end + series.TEST, HORIZON)
    runs = {
        name: forecasts(model, sequence, origins)
        for name, model in methods.untrained(sequence.step_seconds).items()
    }
    runs |= {m.name: fitted(m, sequence, end, origins) for m in methods.FITTED}
    for name, members in methods.ENSEMBLES.items():
        runs[name] = average([runs[member] for member in members])
    return [score(name, run, sequence, origins) for name, run in runs.items()]
