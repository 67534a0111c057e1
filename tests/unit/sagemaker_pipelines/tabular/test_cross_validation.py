"""Predictions of rows that a model has not seen."""

import numpy as np

from sagemaker_pipelines.linear_regression import algorithm, settings
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
    found = cross_validation.predictions(Memory(), table, table[:, 0], {"steps": "5"})
    assert found.tolist() == [0.0] * 53


def test_errors_are_those_of_new_rows():
    rows = np.array(settings.diabetes(), float)
    x, y = rows[:, :1], rows[:, 1]
    found = cross_validation.predictions(algorithm, x, y, {"steps": "15001"})
    again = cross_validation.predictions(algorithm, x, y, {"steps": "15001"})
    assert (found == again).all()
    assert 0.3 < 1 - np.mean((found - y) ** 2) / y.var() < 0.344  # 0.344: of the fit itself
