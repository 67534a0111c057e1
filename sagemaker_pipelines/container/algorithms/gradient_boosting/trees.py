"""Trees of scikit-learn's histogram gradient boosting as arrays, evaluated with NumPy.

So a model's files hold no pickle, and serving does not import scikit-learn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ensemble:
    """All trees of all quantile levels in one set of arrays; a leaf is its own successor."""

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    roots: NDArray[np.int64]  # of each tree, in order of the quantile levels
    sizes: NDArray[np.int64]  # number of trees of each level
    baseline: NDArray[np.float64]  # prediction of each level without trees
    depth: NDArray[np.int64]  # of the deepest tree, shape (1,)

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the predictions of every level: shape (levels, rows)."""
        # Indexes of flat arrays in 32 bits: a third of the time of two-dimensional ones in 64.
        feature, values = self.feature.astype(np.int32), np.ascontiguousarray(rows).ravel()
        children = np.stack([self.right, self.left], axis=1).ravel().astype(np.int32)
        first = np.arange(len(rows), dtype=np.int32)[:, None] * np.int32(rows.shape[1])
        at = np.broadcast_to(self.roots.astype(np.int32), (len(rows), len(self.roots)))
        for _ in range(int(self.depth[0])):
            goes_left = values.take(first + feature.take(at)) <= self.threshold.take(at)
            at = children.take(2 * at + goes_left)
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        return (
            np.asarray(np.add.reduceat(self.value.take(at), starts, axis=1).T)
            + self.baseline[:, None]
        )


def export(models: Sequence[Any]) -> Ensemble:
    """Return the trees of fitted HistGradientBoostingRegressors, one for each level."""
    trees = [[iteration[0].nodes for iteration in model._predictors] for model in models]
    flat = [nodes for level in trees for nodes in level]
    roots = np.concatenate([[0], np.cumsum([len(nodes) for nodes in flat])])[:-1]
    parts: dict[str, list[Any]] = {"feature": [], "threshold": [], "left": [], "right": []}
    for root, nodes in zip(roots, flat, strict=True):
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        parts["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        parts["threshold"].append(nodes["num_threshold"])
        for side in ("left", "right"):
            parts[side].append(root + np.where(leaf, own, nodes[side].astype(np.int64)))
    return Ensemble(
        **{name: np.concatenate(arrays) for name, arrays in parts.items()},
        value=np.concatenate([nodes["value"] for nodes in flat]),
        roots=roots.astype(np.int64),
        sizes=np.array([len(level) for level in trees], np.int64),
        baseline=np.array([float(model._baseline_prediction.item()) for model in models]),
        depth=np.array([max(int(nodes["depth"].max()) for nodes in flat)], np.int64),
    )
