"""The data of a tabular model: rows of captured requests, and their predictions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from common import captured_values, captures, times
from common.captures import Record
from sagemaker_pipelines.jobs.monitoring.data import PREDICTION, Comparison
from sagemaker_pipelines.jobs.monitoring.run import Run
from sagemaker_pipelines.monitoring.baselines import PREDICTIONS, ROWS
from sagemaker_pipelines.monitoring.report import Explanation, quantile_chart
from sagemaker_pipelines.monitoring.row_drift import DEVIATIONS, SAMPLES, RowBaseline
from sagemaker_pipelines.tabular import features, record


@dataclass
class _Requests:
    """What clients sent in the window, and what the version answered."""

    tables: list[pd.DataFrame] = field(default_factory=list)  # of each file of captures
    predictions: list[float] = field(default_factory=list)


class CapturedRows:
    """A table with a row per row of the training, or of the requests of clients."""

    capture_folders: tuple[str, ...] = ()

    def __init__(self, run: Run) -> None:
        self._run, self._record = run, record.read(run.args.model)

    @cached_property
    def baseline(self) -> pd.DataFrame:
        """Features of the rows that the version was trained with."""
        types = {one.name: str if one.enum else float for one in self._record.features}
        file = self._run.baseline_file(ROWS)
        # A text may be "None" or "NA".
        return pd.read_csv(file, dtype=types, keep_default_na=False, na_values=[""])

    @cached_property
    def window(self) -> pd.DataFrame:
        """Features of the rows that clients sent in the window, to whichever version."""
        tables = self._requests.tables
        return pd.concat(tables, ignore_index=True) if tables else features.frame(self._record, [])

    def comparison(self) -> Comparison:
        """Compare all rows of the window with all of the training.

        Predictions are compared with those of rows that their model was not trained with.
        """
        before = features.shares(self._record, self.baseline)
        after = features.shares(self._record, self.window)
        pairs = {str(name): (before[name], after[name]) for name in before}
        unseen = pd.read_csv(self._run.baseline_file(PREDICTIONS))[PREDICTION]
        pairs[PREDICTION] = (unseen, pd.Series(self._requests.predictions, dtype=float))
        return Comparison(
            [RowBaseline(name, old).compare(new) for name, (old, new) in pairs.items()],
            {name: quantile_chart(*pair) for name, pair in pairs.items()},
            [],
            Explanation(
                f"The {len(after)} rows that clients sent from {times.iso(self._run.first)} to "
                f"{times.iso(self._run.end)} are compared with the {len(before)} rows of the "
                f"training, and predictions with those of {len(unseen)} rows that were not "
                "trained on.",
                f"These are the mean distance of {SAMPLES} random samples of the "
                f"baseline with as many values, plus {DEVIATIONS:g} standard "
                "deviations.",
                "all rows",
                "Quantiles from 0 % to 100 % of the rows",
            ),
        )

    @cached_property
    def _requests(self) -> _Requests:
        run, found = self._run, _Requests()
        folder = f"data-capture/{run.args.stage}/{run.args.endpoint}/{run.args.variant}/"
        seen: set[str] = set()
        for key, content in run.objects(folder, run.first, run.now):
            rows: list[Any] = []
            for one in captures.lines(content, key, []):
                name, time = captures.request_id(one), run.time_of_client(one)
                if time is None or not run.first <= time < run.end or name in seen:
                    continue
                seen.add(name)
                rows += _rows(one)
                if run.deployed_at is None or time >= run.deployed_at:
                    found.predictions += _predictions(one)
            if rows:  # as a table, a day of many requests needs little memory
                found.tables.append(features.frame(self._record, rows))
        return found


def _rows(captured: Record) -> Sequence[Any]:
    try:
        return captured_values.rows(captured["captureData"]["endpointInput"])
    except captured_values.UNREADABLE:
        return [None]  # no row: nothing in it is known


def _predictions(captured: Record) -> list[float]:
    try:
        values = captured_values.values(captured["captureData"]["endpointOutput"])
    except captured_values.UNREADABLE:
        return []
    return [value for value in values if value is not None]
