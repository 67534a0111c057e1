"""The drift analysis of a monitoring job: features, and the forecast."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from common import decisions, times
from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.monitoring import report
from sagemaker_pipelines.monitoring.drift import MARGIN, Baseline, Drift

ANALYSIS = "drift"
PREDICTION = "prediction"
FILE = "drift.json"


def analyze(run: Run) -> Outcome:
    """Write drift.json and report.html; the event says what has drifted.

    Every run in which something has drifted sends it: a training that it requests may be refused
    at first, because of the cooldown or a running one.
    """
    before, after = _with_prediction(run)
    drifts = [_compare(name, before, after) for name in before]
    drifted = sorted(drift.name for drift in drifts if drift.drifted)
    new = [name for name in after if name not in before]
    document = {
        "version": "1",
        "time": times.iso(run.now),
        "endpoint": run.args.endpoint,
        "package_arn": run.args.package,
        "first": times.iso(run.first),
        "drifted": drifted,
        "without_baseline": new,
        "features": [drift.to_dict() for drift in drifts],
    }
    summary = _summary(drifts, new)
    run.write(ANALYSIS, FILE, document)
    about = {
        **{name: document[name] for name in ("endpoint", "time", "first", "drifted")},
        "version": run.version,
        "baseline_first": times.iso(before.index[0]),
        "baseline_last": times.iso(before.index[-1]),
        "margin": MARGIN,
        "summary": summary,
    }
    charts = {n: report.chart(before[n], after[n]) if n in after else None for n in before}
    run.write(ANALYSIS, "report.html", report.html(about, drifts, charts))
    stage = {"Stage": run.args.stage}
    scores = [
        ("DriftScore", {**stage, "Feature": drift.name}, drift.score)
        for drift in drifts
        if drift.score is not None
    ]
    event = None
    if drifted:
        detail = {
            "stage": run.args.stage,
            "package_arn": run.args.package,
            "package_version": run.version,
            "features": drifted,
            "reason": summary,
        }
        event = (decisions.DRIFT_DETECTED, detail)
    return Outcome(summary, scores, event)


def _with_prediction(run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return baseline and window, each with the forecast as one more column.

    The backtest has forecasts of a few hours only. What a forecast of the level would have been in
    every hour of the baseline is the median of the actual values around each minute.
    """
    length, target = run.args.prediction_length, run.baseline[run.args.target]
    expected = target.rolling(length, center=True, min_periods=length // 2).median()
    before = run.baseline.assign(**{PREDICTION: expected})
    return before, run.window.assign(**{PREDICTION: _predictions(run)})


def _predictions(run: Run) -> pd.Series:
    """Return the mean forecasts of the version by minute; NaN where there is none."""
    folder = f"predictions/{run.args.endpoint}/{run.args.variant}/"
    found: dict[pd.Timestamp, float] = {}
    for _, content in run.objects(folder, run.first, run.now):
        for line in content.splitlines():
            row: dict[str, Any] = json.loads(line)
            if row["package_arn"] == run.args.package and row["mean"] is not None:
                found[pd.Timestamp(row["minute"])] = row["mean"]
    return pd.Series(found, dtype=float).reindex(run.window.index)


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


def _summary(drifts: Sequence[Drift], new: Sequence[str]) -> str:
    drifted = [f"{d.name} ({d.reason})" for d in drifts if d.drifted]
    unknown = [drift.name for drift in drifts if drift.score is None]
    parts = [
        f"drifted: {', '.join(drifted)}" if drifted else "nothing has drifted",
        *([f"not comparable: {', '.join(unknown)}"] if unknown else []),
        *([f"not in the baseline: {', '.join(new)}"] if new else []),
    ]
    return "; ".join(parts)
