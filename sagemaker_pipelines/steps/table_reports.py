"""Reports on a tabular model's evaluation, and the baseline that monitoring compares it with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from common import times
from sagemaker_pipelines.data.history import ISO
from sagemaker_pipelines.evaluation_reports.attributions import importances
from sagemaker_pipelines.monitoring.row_drift import MINIMUM_ROWS
from sagemaker_pipelines.paths import Paths
from sagemaker_pipelines.steps import baseline
from sagemaker_pipelines.tabular import algorithm, cross_validation, features, table
from sagemaker_pipelines.tabular.evaluation import TabularEvaluation
from sagemaker_pipelines.tabular.record import Array, Record


def write(
    paths: Paths,
    model: Record,
    fitted: algorithm.Model,
    evaluation: TabularEvaluation,
    hyperparameters: Mapping[str, str],
) -> None:
    """Write the backtest, the attributions, and what monitoring compares a version with.

    If fewer rows were held out than monitoring can compare, the baseline also has predictions of
    the training rows, each by a model that was fitted to others, except of folds that could not be
    fitted: the version does not depend on them, `cross_validation.json` and the log name them.
    """
    folder = paths.processing("evaluation")
    backtest = evaluation.backtest()
    backtest.to_csv(folder / "backtest.csv", index=False, date_format=ISO)
    rows, target = table.read_folder(paths.processing("test"), model)
    explained = importances(fitted.predict, rows, model.names, target, _relative_error)
    write_json(
        folder / "attributions.json", {"metric": "mean_wql", "models": {model.model: explained}}
    )
    lines = table.read_prepared(paths.processing("train"), model).lines
    trained = features.frame(model, [line[:-1] for line in lines])
    unseen = backtest[["prediction", "label"]]
    if len(unseen) < MINIMUM_ROWS:
        rows, target = table.read_folder(paths.processing("train"), model)
        fitting = algorithm.find(model.model)
        found = cross_validation.run(fitting, rows, target, hyperparameters)
        write_json(folder / "cross_validation.json", found.to_dict())
        for fold in found.left_out:
            print(f"baseline: {fold}")  # noqa: T201 (a job's log)
        more = pd.DataFrame({"prediction": found.predictions, "label": target})
        unseen = pd.concat([unseen, more])
    time = times.iso(evaluation.trained_at)
    baseline.write(paths.processing("baseline"), trained, unseen, time)


def _relative_error(truth: Array, predicted: Array) -> float:
    return float(np.abs(predicted - truth).sum() / np.abs(truth).sum())


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document."""
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")
