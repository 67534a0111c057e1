"""The data of the forecaster: features by minute from the feature store, and its forecasts."""

import json
from functools import cached_property
from typing import Any

import pandas as pd

from common import times
from common.feature_rows import MINUTE
from sagemaker_pipelines.data.feature_store import minutes
from sagemaker_pipelines.jobs.monitoring.data import FORECAST_CAPTURE, PREDICTION, Comparison
from sagemaker_pipelines.jobs.monitoring.run import Run
from sagemaker_pipelines.monitoring.baselines import MINUTES
from sagemaker_pipelines.monitoring.drift import MARGIN, Baseline
from sagemaker_pipelines.monitoring.drift_result import Drift
from sagemaker_pipelines.monitoring.report import Explanation, hourly_chart


class FeatureMinutes:
    """A table with a row per minute."""

    capture_folders: tuple[str, ...] = (FORECAST_CAPTURE,)

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def baseline(self) -> pd.DataFrame:
        """Features of the baseline by minute."""
        file = self._run.baseline_file(MINUTES)
        return pd.read_csv(file, index_col=MINUTE, parse_dates=True).asfreq("min")

    @cached_property
    def window(self) -> pd.DataFrame:
        """Features of the window by minute.

        Without minutes before the baseline: a young stream had not begun.
        """
        run = self._run
        first = max(run.first, times.floor_minute(self.baseline.index[0].to_pydatetime()))
        return minutes.table(run.args.feature_group, first, run.end, run.now)

    def comparison(self) -> Comparison:
        """Compare the same hours of day."""
        before, after = self._with_prediction()
        return Comparison(
            [_compare(name, before, after) for name in before],
            {n: hourly_chart(before[n], after[n]) if n in after else None for n in before},
            [name for name in after if name not in before],
            Explanation(
                f"The minutes from {times.iso(self._run.first)} to {times.iso(self._run.now)} are "
                "compared with those of the same hours of day in the training baseline, "
                f"{times.iso(before.index[0])} to {times.iso(before.index[-1])}.",
                f"These are {MARGIN} times the mean distance of a day of the baseline from its "
                "other days.",
                "same hours",
                "Median by hour of day (UTC), 0 to 23",
            ),
        )

    def _with_prediction(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return baseline and window, each with the forecast as one more column.

        The backtest has forecasts of a few hours only. What a forecast of the level would have
        been in every hour of the baseline is the median of the actual values around each minute.
        """
        length, target = self._run.args.prediction_length, self.baseline[self._run.args.target]
        expected = target.rolling(length, center=True, min_periods=length // 2).median()
        before = self.baseline.assign(**{PREDICTION: expected})
        return before, self.window.assign(**{PREDICTION: self._predictions()})

    def _predictions(self) -> pd.Series:
        """Return the mean forecasts of the version by minute; NaN where there is none."""
        run = self._run
        folder = f"predictions/{run.args.endpoint}/{run.args.variant}/"
        found: dict[pd.Timestamp, float] = {}
        for _, content in run.objects(folder, run.first, run.now):
            for line in content.splitlines():
                row: dict[str, Any] = json.loads(line)
                if row["package_arn"] == run.args.package and row["mean"] is not None:
                    found[pd.Timestamp(row["minute"])] = row["mean"]
        return pd.Series(found, dtype=float).reindex(self.window.index)


def _compare(name: str, before: pd.DataFrame, after: pd.DataFrame) -> Drift:
    baseline = Baseline(name, before[name])
    if name in after:
        values = after[name]
        if name == PREDICTION:  # the version may have served for a part of the window only
            values = values.dropna()
            if values.empty:
                return Drift(name, None, "the version has made no forecasts in the window")
        return baseline.compare(values)
    return baseline.compare(pd.Series(float("nan"), after.index))
