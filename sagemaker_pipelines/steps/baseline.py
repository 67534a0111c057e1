"""Feature store and backtest -> the baseline that monitoring jobs compare a version with.

`python -m sagemaker_pipelines.steps.baseline --feature-group … --end-time …`
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from common import times
from sagemaker_pipelines.data.feature_store import minutes
from sagemaker_pipelines.data.history import ISO
from sagemaker_pipelines.monitoring import baselines, data_baselines
from sagemaker_pipelines.monitoring.baselines import MINUTES, PREDICTIONS, ROWS
from sagemaker_pipelines.paths import Paths, report_failures


def write(folder: Path, table: pd.DataFrame, unseen: pd.DataFrame, time: str) -> None:
    """Write the features that a version was trained with, and the files of Model Monitor.

    The table has a row per minute, or without a time index a row per training row. `baseline.csv`
    has forecasts of what the model has not seen (prediction), and the actual values (label).
    """
    name = MINUTES if isinstance(table.index, pd.DatetimeIndex) else ROWS
    table.to_csv(folder / name, date_format=ISO, index=name == MINUTES)
    known = unseen[["prediction", "label"]].dropna()
    known.to_csv(folder / PREDICTIONS, index=False)
    metrics = baselines.regression_metrics(
        known["label"].to_numpy(), known["prediction"].to_numpy()
    )
    statistics = baselines.regression_statistics(metrics, len(known), time)
    _write(folder / "model_quality/statistics.json", statistics)
    _write(folder / "model_quality/constraints.json", baselines.regression_constraints(metrics))
    _write(folder / "data_quality/statistics.json", data_baselines.data_statistics(table))
    _write(folder / "data_quality/constraints.json", data_baselines.data_constraints(table))


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature-group", required=True)
    parser.add_argument("--end-time", required=True, type=times.parse)
    parser.add_argument("--days", required=True, type=float)
    parser.add_argument("--lag-minutes", required=True, type=int)
    args = parser.parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        lag = timedelta(minutes=args.lag_minutes)
        first, end = minutes.last(args.days * 24, args.end_time, lag)
        table = minutes.table(args.feature_group, first, end, args.end_time)
        # A young stream has no minutes before it began: they are not missing.
        table = table.loc[table.first_valid_index() :]
        backtest = pd.read_csv(paths.processing("evaluation") / "backtest.csv")
        write(paths.processing("baseline"), table, backtest, times.iso(args.end_time))


if __name__ == "__main__":
    main()
