"""What monitoring compares a tabular version with."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.linear_regression import algorithm, settings
from sagemaker_pipelines.monitoring.row_drift import RowBaseline
from sagemaker_pipelines.paths import Paths
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


def test_enough_held_out_rows_are_the_baseline_alone(written):
    found, _ = written(30)
    assert len(found) == 30
