"""Backtest forecasts and truths -> evaluation.json, monitoring baselines, and a sentence.

`python -m sagemaker_pipelines.steps.evaluate --policy-path /<prefix>/quality/policy …`
"""

import argparse
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.aws import client
from sagemaker_pipelines.paths import JobError, Paths, failures_reported
from sagemaker_pipelines.scoring import Array, coverage, mean_wql
from sagemaker_pipelines.steps import baseline
from sagemaker_pipelines.steps.policy import Policy, read_policy

QUANTILES = ("0.1", "0.5", "0.9")


@dataclass(frozen=True, slots=True)
class Backtest:
    """All windows side by side: arrays of shape (windows, horizon); unknown truths are NaN."""

    truth: Array
    naive: Array
    mean: Array
    quantiles: dict[float, Array]

    @classmethod
    def join(
        cls, windows: Sequence[Mapping[str, Any]], forecasts: Sequence[Mapping[str, Any]]
    ) -> "Backtest":
        """Put forecasts to their windows; a transform answers in the order of its requests."""
        if len(windows) != len(forecasts):
            raise JobError(
                f"The backtest answered {len(forecasts)} forecasts for {len(windows)} windows."
            )
        truth = np.array([window["truth"] for window in windows], float)
        naive = np.array([[window["naive"]] * truth.shape[1] for window in windows], float)
        quantiles = {
            float(level): np.array([forecast["quantiles"][level] for forecast in forecasts], float)
            for level in QUANTILES
        }
        return cls(truth, naive, np.array([f["mean"] for f in forecasts], float), quantiles)

    def window_losses(self) -> list[float]:
        """Score each window by itself."""
        return [
            mean_wql(truth, {level: rows[n] for level, rows in self.quantiles.items()})
            for n, truth in enumerate(self.truth)
        ]


def evaluate(
    backtest: Backtest, history: Mapping[str, Any], policy: Policy, trained_at: str
) -> dict[str, Any]:
    """Judge a model: its loss, the limit it must keep, the threshold it sets when approved."""
    losses = backtest.window_losses()
    loss = mean_wql(backtest.truth, backtest.quantiles)
    naive = mean_wql(backtest.truth, dict.fromkeys(backtest.quantiles, backtest.naive))
    limit = min(policy.maximum_loss, policy.maximum_ratio_to_naive * naive)
    threshold = float(np.quantile(losses, policy.threshold_quantile)) * (1 + policy.margin)
    regression = baseline.regression_metrics(backtest.truth, backtest.mean)
    verdict = "keeps" if loss <= limit else "misses"
    return {
        "sentence": (
            f"The model {verdict} its limit: mean wQL {loss:.4f} over {len(losses)} windows, "
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
        "coverage": coverage(backtest.truth, backtest.quantiles[0.1], backtest.quantiles[0.9]),
        "trained_at": trained_at,
        "history": history,
        "window_losses": losses,
        # The rest is Model Monitor's statistics file of a regression model: the registry shows it.
        "version": 0.0,
        "dataset": {
            "item_count": int((~np.isnan(backtest.truth)).sum()),
            "evaluation_time": trained_at,
        },
        "regression_metrics": regression,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step in a processing job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy-path", required=True)
    parser.add_argument("--trained-at", required=True)
    given = parser.parse_args(arguments)
    paths = Paths.from_env()
    with failures_reported(paths):
        policy = read_policy(client("ssm"), given.policy_path, Policy)
        history = paths.processing("history")
        outputs = sorted(paths.processing("forecasts").rglob("*.out"))
        forecasts = [entry for output in outputs for entry in _lines(output)]
        backtest = Backtest.join(_lines(history / "windows.jsonl"), forecasts)
        summary = json.loads((history / "summary.json").read_text())
        report = evaluate(backtest, summary, policy, given.trained_at)
        _write(paths.processing("evaluation") / "evaluation.json", report)
        constraints = baseline.regression_constraints(report["regression_metrics"])
        _write(paths.processing("evaluation") / "constraints.json", constraints)
        values = _minutes(history / "minutes.csv")
        _write(paths.processing("baseline") / "statistics.json", baseline.data_statistics(values))
        _write(
            paths.processing("baseline") / "constraints.json", baseline.data_constraints(values)
        )
    print(report["sentence"])  # noqa: T201 (a job's log)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def _minutes(path: Path) -> Array:
    with path.open(newline="") as file:
        return np.array([float(r["avg_fee_1min"] or "nan") for r in csv.DictReader(file)])


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
