"""Training windows as slices of arrays, several times faster than GluonTS's data pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sagemaker_pipelines.container.algorithms.deepar.features import Inputs
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series, impute

VALIDATION_SHARE = 0.15
Batch = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class _Track:
    """Arrays of one series, starting `past` steps before the series."""

    target: torch.Tensor
    observed: torch.Tensor
    features: torch.Tensor
    cat: torch.Tensor
    length: int


class Windows:
    """Training windows of all series, identified by series and first forecast step."""

    def __init__(
        self,
        series: Sequence[Series],
        parameters: Hyperparameters,
        inputs: Inputs,
        past: int,
    ) -> None:
        self.past, self.horizon = past, parameters.prediction_length
        self.tracks = [self._track(s, parameters, inputs) for s in series]

    def _track(self, series: Series, parameters: Hyperparameters, inputs: Inputs) -> _Track:
        values, length = series.target, len(series.target)
        if parameters.likelihood == "negative-binomial":
            values = np.maximum(np.round(values), 0)  # its values are counts
        before = np.zeros(self.past, np.float32)
        target = np.concatenate([before, impute(values)])
        observed = np.concatenate([before, ~np.isnan(values)]).astype(np.float32)
        features = inputs.rows(series, -self.past, self.past + length)
        return _Track(
            torch.from_numpy(target),
            torch.from_numpy(observed),
            torch.from_numpy(features),
            torch.tensor(series.cat or (0,)),
            length,
        )

    def split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the windows for training, and those at the end of each series for validation."""
        train, validation = [], []
        for number, track in enumerate(self.tracks):
            # Skip windows with little history, unless the series is short.
            first = min(self.past, (track.length - self.horizon) // 2)
            boundary = int(track.length * (1 - VALIDATION_SHARE))
            for origin in range(max(first, 0), track.length - self.horizon + 1):
                if origin + self.horizon <= boundary:
                    train.append((number, origin))
                elif origin >= boundary - self.horizon // 2:
                    validation.append((number, origin))
        return np.array(train, np.int64), np.array(validation, np.int64)

    def batch(self, windows: NDArray[np.int64]) -> Batch:
        """Return the tensors of some windows."""
        past, length = self.past, self.past + self.horizon
        slices = [(self.tracks[number], int(origin)) for number, origin in windows]
        target, observed, features = (
            torch.stack([getattr(track, part)[start : start + length] for track, start in slices])
            for part in ("target", "observed", "features")
        )
        return {
            "feat_static_cat": torch.stack([track.cat for track, _ in slices]),
            "feat_static_real": torch.zeros(len(slices), 1),
            "past_time_feat": features[:, :past],
            "past_target": target[:, :past],
            "past_observed_values": observed[:, :past],
            "future_time_feat": features[:, past:],
            "future_target": target[:, past:],
            "future_observed_values": observed[:, past:],
        }
