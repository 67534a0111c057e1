"""What monitoring compares a tabular version with."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.linear_regression import algorithm, settings
from sagemaker_pipelines.monitoring.row_drift import RowBaseline
from sagemaker_pipelines.paths import JobError, Paths
from sagemaker_pipelines.steps import table_reports
from sagemaker_pipelines.tabular import record, table

ROWS = settings.diabetes()


class Evaluation:
    """An evaluation of rows, all of which fill windows."""

    trained_at = datetime(2024, 10, 10, tzinfo=UTC)

    def __init__(self, rows, predictions):
        self.rows, self.predictions = rows, predictions

    def backtest(self):
        return pd.DataFrame({"label": self.rows[:, 1], "prediction": self.predictions})


@pytest.fixture
def written(tmp_path):
    """Return a function that writes the reports with so many held-out rows -> predictions."""

    def write(held_out):
        paths, model = Paths(tmp_path), record.read("linear_regression")
        for part, lines in (("train", ROWS[:-held_out]), ("test", ROWS[-held_out:])):
            table.write(paths.processing(part) / "data.csv", model, lines)
        for folder in ("evaluation", "baseline"):
            paths.processing(folder)
        train, test = (np.array(part, float) for part in (ROWS[:-held_out], ROWS[-held_out:]))
        algorithm.fit(train[:, :1], train[:, 1], {}, tmp_path)
        fitted = algorithm.load(tmp_path)
        evaluation = Evaluation(test, fitted.predict(test[:, :1]))
        table_reports.write(paths, model, fitted, evaluation, {"steps": "15001"})
        return pd.read_csv(paths.processing("baseline") / "baseline.csv"), fitted

    return write


def test_few_held_out_rows_are_completed_by_those_of_a_cross_validation(written):
    found, fitted = written(20)
    assert found["label"].tolist() == [float(row[1]) for row in (*ROWS[-20:], *ROWS[:-20])]
    rows = np.array(ROWS, float)
    current = pd.Series(fitted.predict(rows[:100, :1]))
    drift = RowBaseline("prediction", found["prediction"])
    assert drift.compare(current).score < 1
    assert drift.compare(current + 60).drifted


def test_fold_that_cannot_be_fitted_fails_no_training(written, tmp_path, monkeypatch, capsys):
    fit, calls = algorithm.fit, []

    def fitted(table, *arguments):
        calls.append(len(table))
        if len(calls) == 3:  # the version itself, then the folds
            raise JobError("gradient descent: diverged.")
        fit(table, *arguments)

    monkeypatch.setattr(algorithm, "fit", fitted)
    found, _ = written(20)
    rows = len(ROWS) - 20
    assert len(found) == 20 + calls[2]  # without the rows that the third fit did not see
    log = f"baseline: fold 2 of 5, {rows - calls[2]} rows without prediction: gradient descent"
    assert log in capsys.readouterr().out
    file = Paths(tmp_path).processing("evaluation") / "cross_validation.json"
    assert [fold["fold"] for fold in json.loads(file.read_text())["left_out"]] == [2]
    assert RowBaseline("prediction", found["prediction"]).compare(found["prediction"]).score < 1


def test_enough_held_out_rows_are_the_baseline_alone(written):
    found, _ = written(30)
    assert len(found) == 30
