"""Feature attributions by permutation (Breiman, 2001), of any model that is a function. Pure.

The importance of a feature is how much the loss grows when its values are shuffled between the
rows: what the model loses without knowing it. Features that are correlated share their importance:
each alone can be replaced by the others.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
REPEATS = 5


class _Function:
    """A predict function as an estimator of scikit-learn, which has to have `fit`."""

    def __init__(self, predict: Callable[[Array], Any]) -> None:
        self.predict = predict

    def fit(self, *_: Any) -> "_Function":
        """Return itself: the function is fitted already."""
        return self


def importances(
    predict: Callable[[Array], Any],
    table: Array,
    names: Sequence[str],
    truth: Array,
    loss: Callable[[Array, Any], float],
    *,
    repeats: int = REPEATS,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the loss on held-out rows, and the features with their importance, highest first.

    `table` has the shape (rows, features) with the features of `names`; `loss(truth, predicted)`
    is lower for a better prediction, and `predicted` is whatever `predict(table)` returns. `std`
    is the standard deviation of the importance over the repeated shuffles.
    """
    # Half a second, which only the trainings with attributions need.
    from sklearn.inspection import permutation_importance  # noqa: PLC0415

    def score(model: _Function, rows: Array, truth: Array) -> float:
        return -loss(truth, model.predict(rows))

    found = permutation_importance(
        _Function(predict), table, truth, scoring=score, n_repeats=repeats, random_state=seed
    )
    rows = zip(names, found.importances_mean, found.importances_std, strict=True)
    features = [
        {"feature": name, "importance": float(mean), "std": float(std)} for name, mean, std in rows
    ]
    return {
        "loss": float(loss(truth, predict(table))),
        "rows": len(table),
        "repeats": repeats,
        "features": sorted(features, key=lambda row: (-row["importance"], row["feature"])),
    }
