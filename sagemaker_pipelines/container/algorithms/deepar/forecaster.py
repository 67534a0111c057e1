"""DeepAR inference in NumPy, with a fifth of torch's CPU time and a tenth of its memory."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.algorithms.deepar.cell import Cell, Layer
from sagemaker_pipelines.container.algorithms.deepar.features import Inputs
from sagemaker_pipelines.container.algorithms.deepar.likelihoods import (
    LIKELIHOODS,
    Parameters,
    Values,
)
from sagemaker_pipelines.container.algorithms.model import Prediction, prediction
from sagemaker_pipelines.container.series import Series, impute


class Forecaster:
    """A trained network; the forecast of a series does not depend on the rest of the request."""

    def __init__(self, settings: dict[str, Any], weights: dict[str, Values]) -> None:
        self.settings = settings
        self.horizon: int = settings["prediction_length"]
        self._context: int = settings["context_length"]
        self._lags = np.array(settings["lags"])
        self._past = self._context + int(self._lags.max()) - 1
        self._likelihood = LIKELIHOODS[settings["likelihood"]]
        dynamic = settings.get("dynamic_feat", {})  # older models have none
        self._inputs = Inputs(settings["step_seconds"], settings["cycles"], **dynamic)
        groupings = sum(name.startswith("embedding") for name in weights)
        self._embeddings = (
            [weights["embedding"][None]]
            if "embedding" in weights
            else [weights[f"embedding{n}"] for n in range(groupings)]
        )
        self._cells: list[Cell] = []
        inputs = self._lags.size  # in the first layer, features are the others
        for n in range(settings["num_layers"]):
            inward, recurrent = weights[f"inward{n}"], weights[f"recurrent{n}"]
            self._cells.append(Cell.of(inward, recurrent, weights[f"bias{n}"], inputs))
            inputs = self._cells[-1].size
        outputs = range(self._likelihood.outputs)
        self._heads = np.concatenate([weights[f"head{n}"] for n in outputs])
        self._head_bias = np.concatenate([weights[f"head_bias{n}"] for n in outputs])[:, None]

    @classmethod
    def load(cls, folder: Path) -> "Forecaster":
        """Load the files of a model folder (export.write)."""
        with np.load(folder / "model.npz", allow_pickle=False) as archive:
            return cls(metadata.read(folder), {name: archive[name] for name in archive.files})

    def forecast(self, series: Series, levels: Sequence[str], samples: int) -> Prediction:
        """Forecast the steps after the series from sample paths."""
        paths = self.sample(series, samples).astype(np.float64)
        rows = np.quantile(paths, [float(level) for level in levels], axis=0)
        return prediction(levels, rows, paths.mean(axis=0))

    def sample(self, series: Series, count: int) -> Values:
        """Sample paths of the steps after the series: shape (count, horizon), not negative."""
        rng = np.random.default_rng(_seed(series))
        parameters, past, scale, scaled, ahead = self.unroll(series)
        layers = self._layers(count)
        for layer, unrolled in zip(layers, past, strict=True):
            layer.begin(unrolled.hidden, unrolled.memory)
        parameters = tuple(np.repeat(p, count) for p in parameters)
        known = scaled.size
        # Steps in rows, because a step's lagged values are then a copy of whole rows.
        values = np.empty((known + self.horizon, count), np.float32)
        values[:known] = scaled[:, None]
        paths = np.empty((self.horizon, count), np.float32)
        for step in range(self.horizon):
            paths[step] = self._likelihood.sample(parameters, scale, rng)
            if step + 1 < self.horizon:
                at = known + step + 1
                values[at - 1] = paths[step] / scale
                layers[0].inward[:] = values[at - self._lags]
                parameters = self._parameters(self._advance(layers, ahead[step + 1]))
        return np.maximum(paths.T, 0)

    def unroll(self, series: Series) -> tuple[Parameters, list[Layer], float, Values, Values]:
        """Run the network over the past.

        Returns the parameters of the first forecast step, the layers after the past, the scale,
        the scaled past and what the features of the steps to forecast add to the gates of the
        first layer.
        """
        observed = ~np.isnan(series.target)
        missing = max(0, self._past - series.target.size)
        values = np.pad(impute(series.target), (missing, 0))[-self._past :]
        known = np.pad(observed, (missing, 0))[-self._context :]
        recent = values[-self._context :][known]
        # Without a known value in the context, use the level of all known values.
        level = recent if recent.size else series.target[observed]
        scale = float(max(np.abs(level).mean(dtype=np.float32), np.float32(1e-10)))
        scaled = values / np.float32(scale)
        first = series.target.size - self._context + 1
        features = self._inputs.rows(series, first, self._context - 1 + self.horizon)
        embedded = [
            table[number]
            for table, number in zip(self._embeddings, series.cat or (0,), strict=True)
        ]
        static = np.concatenate([*embedded, [0.0, np.log(scale)]]).astype(np.float32)
        fixed = np.concatenate(
            [np.broadcast_to(static, (len(features), static.size)), features], axis=1
        )
        of_features = (fixed @ self._cells[0].shared.T)[:, :, None] + self._cells[0].bias
        steps = np.arange(self._past - self._context + 1, self._past + 1)
        lagged = scaled[steps[:, None] - self._lags][:, :, None]
        layers = self._layers(1)
        for values, added in zip(lagged, of_features, strict=False):  # of the context only
            layers[0].inward[:] = values
            hidden = self._advance(layers, added)
        return self._parameters(hidden), layers, scale, scaled, of_features[self._context - 1 :]

    def _layers(self, paths: int) -> list[Layer]:
        return [Layer(cell, paths) for cell in self._cells]

    def _advance(self, layers: Sequence[Layer], added: Values) -> Values:
        """Advance every layer by one step; `added` to the gates of the first one."""
        hidden = layers[0].advance(added)
        for layer, cell in zip(layers[1:], self._cells[1:], strict=True):
            layer.inward[:] = hidden
            hidden = layer.advance(cell.bias)
        return hidden

    def _parameters(self, hidden: Values) -> Parameters:
        raw = self._heads @ hidden + self._head_bias
        return self._likelihood.parameters(tuple(raw))


def _seed(series: Series) -> int:
    digest = hashlib.sha256(str(series.start).encode() + series.target.tobytes())
    return int.from_bytes(digest.digest()[:8], "big")
