"""Predictions of rows that a model has not seen."""

import numpy as np
import pytest

from sagemaker_pipelines.linear_regression import algorithm, settings
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tabular import cross_validation


class Memory:
    """An algorithm whose model predicts 1 for the rows that it was fitted to, else 0."""

    def fit(self, table, target, hyperparameters, folder):
        assert hyperparameters == {"steps": "5"}
        np.save(folder / "seen.npy", table)

    def load(self, folder):
        self.seen = np.load(folder / "seen.npy")
        return self

    def predict(self, table):
        return np.isin(table[:, 0], self.seen[:, 0]).astype(float)


def test_no_row_is_predicted_by_a_model_that_has_seen_it():
    table = np.arange(53.0)[:, None]
    found = cross_validation.run(Memory(), table, table[:, 0], {"steps": "5"})
    assert found.predictions.tolist() == [0.0] * 53
    assert found.to_dict() == {"folds": 5, "rows": 53, "left_out": []}


def test_fold_that_cannot_be_fitted_is_left_out_and_counted():
    table = np.arange(53.0)[:, None]

    class Choosy(Memory):
        """An algorithm that cannot be fitted without row 7."""

        def fit(self, table, target, hyperparameters, folder):
            if 7 not in table:
                raise JobError("fit: got no 7, expected one")
            super().fit(table, target, hyperparameters, folder)

    found = cross_validation.run(Choosy(), table, table[:, 0], {"steps": "5"})
    missing = np.isnan(found.predictions)
    assert missing[7]
    assert 10 <= missing.sum() <= 11
    assert (found.predictions[~missing] == 0).all()
    [fold] = found.left_out
    assert (fold.rows, fold.reason) == (missing.sum(), "fit: got no 7, expected one")
    assert found.to_dict()["left_out"] == [
        {"fold": fold.fold, "rows": fold.rows, "reason": fold.reason}
    ]


def test_other_errors_of_an_algorithm_are_not_hidden():
    class Broken(Memory):
        def fit(self, table, target, hyperparameters, folder):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cross_validation.run(Broken(), np.zeros((50, 1)), np.zeros(50), {})


def test_errors_are_those_of_new_rows():
    rows = np.array(settings.diabetes(), float)
    x, y = rows[:, :1], rows[:, 1]
    found = cross_validation.run(algorithm, x, y, {"steps": "15001"}).predictions
    again = cross_validation.run(algorithm, x, y, {"steps": "15001"}).predictions
    assert (found == again).all()
    assert 0.3 < 1 - np.mean((found - y) ** 2) / y.var() < 0.344  # 0.344: of the fit itself
