"""Scores of a contender over the windows of a tournament. Pure.

Arrays have the shape (windows, horizon); missing truths are NaN and not scored. The quantile loss
is defined in common/scores.py; here it is kept per window, so that windows can be resampled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.deepar import MAX_FORECAST
from common.errors import bad_value
from common.forecast_metrics import registry
from common.forecast_metrics.sample import Sample
from sagemaker_pipelines.paths import JobError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of one contender for all windows: quantiles by level, and the mean."""

    quantiles: Mapping[str, Array]
    mean: Array

    @classmethod
    def from_responses(
        cls, responses: Sequence[Mapping[str, Any]], contender: str = "the contender"
    ) -> "Forecasts":
        """Join the forecasts of single windows in DeepAR's JSON.

        Raises JobError unless all of them have this form and plausible numbers: squares of others
        would be infinite.
        """
        try:
            quantiles = {
                level: np.array([r["quantiles"][level] for r in responses], float)
                for level in responses[0]["quantiles"]
            }
            mean = np.array([response["mean"] for response in responses], float)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise JobError(
                f"forecasts of {contender}: expected DeepAR's JSON ({error!r})."
            ) from None
        for name, values in {**quantiles, "mean": mean}.items():
            if not (np.abs(values) <= MAX_FORECAST).all():  # false for NaN as well
                found = values[~(np.abs(values) <= MAX_FORECAST)][0]
                what = f"forecasts of {contender}, {name}"
                raise JobError(f"{bad_value(what, float(found), f'at most {MAX_FORECAST:g}')}.")
        return cls(quantiles, mean)

    def windows(self, first: int) -> "Forecasts":
        """Return the forecasts of the windows from position `first` on."""
        quantiles = {level: rows[first:] for level, rows in self.quantiles.items()}
        return Forecasts(quantiles, self.mean[first:])


def window_losses(truth: Array, forecasts: Forecasts) -> dict[str, Array]:
    """Return twice the summed pinball loss of each window, by level: arrays (windows,)."""
    losses = {}
    for level, forecast in forecasts.quantiles.items():
        miss = truth - forecast
        losses[level] = 2 * np.nansum(
            np.maximum(float(level) * miss, (float(level) - 1) * miss), axis=1
        )
    return losses


def mean_losses(truth: Array, forecasts: Forecasts) -> Array:
    """Return the loss of each window, averaged over the levels; not divided by its truths."""
    return np.asarray(np.mean(list(window_losses(truth, forecasts).values()), axis=0))


def scale(truth: Array) -> Array:
    """Return the sum of the absolute truths of each window, by which its loss is divided."""
    return np.asarray(np.nansum(np.abs(truth), axis=1))


def report(truth: Array, forecasts: Forecasts, naive_error: float | None) -> dict[str, Any]:
    """Return the wQL of each level and all metrics of `common/forecast_metrics`.

    `naive_error` is the mean absolute error of the last value repeated for one minute in the
    training data.
    """
    total = scale(truth).sum()
    by_level = {
        level: float(losses.sum() / total)
        for level, losses in window_losses(truth, forecasts).items()
    }
    sample = Sample(
        truth.ravel().tolist(),
        {level: rows.ravel().tolist() for level, rows in forecasts.quantiles.items()},
        forecasts.mean.ravel().tolist(),
        naive_error,
    )
    return {"wql": by_level, **registry.compute(sample)}
