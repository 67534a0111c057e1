"""Backtest forecasts and truths -> evaluation.json and the baselines of monitoring.

`python -m sagemaker_pipelines.steps.evaluate --policy-path /<prefix>/quality/policy …`
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, FiniteFloat

from common import scores
from common.deepar import QUANTILE_LEVELS
from common.feature_rows import AVERAGE_FEE
from sagemaker_pipelines import parameter_store
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.data import baselines
from sagemaker_pipelines.data.baselines import Array
from sagemaker_pipelines.paths import JobError, Paths, report_failures


class Policy(BaseModel):
    """Quality gate and alarm threshold: SSM parameters under quality/policy."""

    model_config = ConfigDict(frozen=True)

    margin: FiniteFloat
    maximum_loss: FiniteFloat
    maximum_ratio_to_naive: FiniteFloat
    threshold_quantile: FiniteFloat


@dataclass(frozen=True, slots=True)
class Backtest:
    """All windows as arrays of shape (windows, horizon); missing truths are NaN."""

    truth: Array
    naive: Array
    mean: Array
    quantiles: dict[str, Array]

    @classmethod
    def join(
        cls, windows: Sequence[Mapping[str, Any]], forecasts: Sequence[Mapping[str, Any]]
    ) -> "Backtest":
        """Match forecasts to windows; a batch transform preserves the order of its requests."""
        if len(windows) != len(forecasts):
            raise JobError(
                f"forecasts: got {len(forecasts)}, expected {len(windows)}, one for each window."
            )
        truth = np.array([window["truth"] for window in windows], float)
        naive = np.array([[window["naive"]] * truth.shape[1] for window in windows], float)
        quantiles = {
            level: np.array([forecast["quantiles"][level] for forecast in forecasts], float)
            for level in QUANTILE_LEVELS
        }
        return cls(truth, naive, np.array([f["mean"] for f in forecasts], float), quantiles)

    def window_losses(self) -> list[float]:
        """Return the mean wQL of each window."""
        return [
            mean_wql(truth, {level: rows[n] for level, rows in self.quantiles.items()})
            for n, truth in enumerate(self.truth)
        ]


def mean_wql(truth: Array, quantiles: Mapping[str, Array]) -> float:
    """Return the mean wQL over arrays of equal shape; JobError if all truths are zero or NaN."""
    pooled = {level: forecast.ravel().tolist() for level, forecast in quantiles.items()}
    try:
        return scores.mean_wql(truth.ravel().tolist(), pooled)
    except ValueError as error:
        raise JobError(f"{error}.") from error


def evaluate(
    backtest: Backtest, history: Mapping[str, Any], policy: Policy, trained_at: str
) -> dict[str, Any]:
    """Return evaluation.json: loss, limit of the gate, alarm threshold once deployed."""
    losses = backtest.window_losses()
    loss = mean_wql(backtest.truth, backtest.quantiles)
    naive = mean_wql(backtest.truth, dict.fromkeys(backtest.quantiles, backtest.naive))
    limit = min(policy.maximum_loss, policy.maximum_ratio_to_naive * naive)
    threshold = float(np.quantile(losses, policy.threshold_quantile)) * (1 + policy.margin)
    regression = baselines.regression_metrics(backtest.truth, backtest.mean)
    low, high = (backtest.quantiles[level].ravel().tolist() for level in ("0.1", "0.9"))
    verdict = "passes" if loss <= limit else "fails"
    return {
        "summary": (
            f"The model {verdict} the gate: mean wQL {loss:.4f} over {len(losses)} windows, "
            f"limit {limit:.4f}, naive forecast {naive:.4f}; alarm threshold {threshold:.4f}."
        ),
        "deepar_metrics": {
            "mean_wql": {"value": loss, "standard_deviation": float(np.std(losses))},
            "naive_wql": {"value": naive},
            "rmse": {"value": regression["rmse"]["value"]},
        },
        "windows": len(losses),
        "limit": limit,
        "threshold": threshold,
        "coverage": scores.coverage(backtest.truth.ravel().tolist(), low, high),
        "trained_at": trained_at,
        "history": history,
        "window_losses": losses,
        # Model Monitor's statistics of a regression model, which the registry displays.
        "version": 0.0,
        "dataset": {
            "item_count": int((~np.isnan(backtest.truth)).sum()),
            "evaluation_time": trained_at,
        },
        "regression_metrics": regression,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy-path", required=True)
    parser.add_argument("--trained-at", required=True)
    args = parser.parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        policy = parameter_store.read(client("ssm"), args.policy_path, Policy)
        history = paths.processing("history")
        outputs = sorted(paths.processing("forecasts").rglob("*.out"))
        forecasts = [entry for output in outputs for entry in _lines(output)]
        backtest = Backtest.join(_lines(history / "windows.jsonl"), forecasts)
        summary = json.loads((history / "summary.json").read_text())
        report = evaluate(backtest, summary, policy, args.trained_at)
        _write(paths.processing("evaluation") / "evaluation.json", report)
        constraints = baselines.regression_constraints(report["regression_metrics"])
        _write(paths.processing("evaluation") / "constraints.json", constraints)
        values = pd.read_csv(history / "minutes.csv")[AVERAGE_FEE].to_numpy(float)
        _write(paths.processing("baseline") / "statistics.json", baselines.data_statistics(values))
        _write(
            paths.processing("baseline") / "constraints.json", baselines.data_constraints(values)
        )
    print(report["summary"])  # noqa: T201 (a job's log)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
