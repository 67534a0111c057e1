"""Bias report: how much better or worse a model is for some groups of rows. Pure.

For any model: arrays have one value per row. A model without quantiles has neither wQL nor
coverage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common import scores
from sagemaker_pipelines.evaluation_reports.groups import Labels

Array = NDArray[np.float64]
RATIOS = ("wql", "rmse", "coverage", "mean_error")


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions of rows: the mean (or the point prediction), and quantiles by level."""

    mean: Array
    quantiles: Mapping[str, Array] = field(default_factory=dict)

    def of(self, rows: NDArray[np.bool_]) -> "Predictions":
        """Return the predictions of some rows."""
        return Predictions(
            self.mean[rows], {level: values[rows] for level, values in self.quantiles.items()}
        )


def report(truth: Array, predictions: Predictions, groups: Mapping[str, Labels]) -> dict[str, Any]:
    """Return the scores of all rows and of each group, with the group's ratio to all.

    `groups` are labels of the rows by the name of the grouping; groups without rows are left out.
    Rows without truth (NaN) are not scored.
    """
    known = ~np.isnan(truth)
    overall = row_scores(truth[known], predictions.of(known))
    found = {}
    for name, labels in groups.items():
        rows = []
        for group in labels.order:
            inside = known & (labels.rows == group)
            if inside.any():
                own = row_scores(truth[inside], predictions.of(inside))
                rows.append({"group": group, **own, "ratio": _ratios(own, overall)})
        found[name] = rows
    return {"overall": overall, "groups": found}


def row_scores(truth: Array, predictions: Predictions) -> dict[str, Any]:
    """Return count, wQL, RMSE, coverage of the outer quantiles, and mean error of known rows.

    The mean error is that of predictions minus truths: positive if they are too high. wQL is None
    if all truths are zero. Raises ValueError without rows.
    """
    if not len(truth):
        raise ValueError("truth: got no known value, expected at least one")
    errors = predictions.mean - truth
    levels = sorted(predictions.quantiles, key=float)
    outer = [predictions.quantiles[level].tolist() for level in (levels[:1] + levels[-1:])]
    return {
        "count": len(truth),
        "wql": wql(truth, predictions.quantiles) if levels and np.any(truth) else None,
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "coverage": scores.coverage(truth.tolist(), *outer) if len(levels) > 1 else None,
        "mean_error": float(np.mean(errors)),
    }


def wql(truth: Array, quantiles: Mapping[str, Array]) -> float:
    """Return the mean wQL of rows, as `common.scores` defines it."""
    rows = {level: values.tolist() for level, values in quantiles.items()}
    return scores.mean_wql(truth.tolist(), rows)


def _ratios(own: Mapping[str, Any], overall: Mapping[str, Any]) -> dict[str, float | None]:
    """Return a group's scores divided by those of all rows; None where one of them is missing."""
    return {
        name: own[name] / overall[name] if overall[name] and own[name] is not None else None
        for name in RATIOS
    }
