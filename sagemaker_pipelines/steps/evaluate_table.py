"""Trained tabular model and held-out rows -> the verdict, evaluation.json and baseline.

`python -m sagemaker_pipelines.steps.evaluate_table --model … --champion-endpoint … …`
"""

import argparse
import json
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from common import decisions, times
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.paths import JobError, Paths, report_failures
from sagemaker_pipelines.steps import contenders, table_reports
from sagemaker_pipelines.tabular import algorithm, record, settings, table, windows
from sagemaker_pipelines.tabular.evaluation import TabularEvaluation
from sagemaker_pipelines.tabular.gate import Gate
from sagemaker_pipelines.tabular.record import Array
from sagemaker_pipelines.tournament import model_card
from sagemaker_pipelines.tournament.scores import Forecasts

HYPERPARAMETER = "hyperparameter-"  # prefix of the options that are the model's own


def load(name: str, archive: Path) -> algorithm.Model:
    """Load the model of model.tar.gz; raises JobError if it is none."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(archive) as files:
                files.extractall(folder, filter="data")
            return algorithm.find(name).load(Path(folder))
    except (OSError, tarfile.TarError) as error:
        raise JobError(f"model of the training: {error}.") from error


def predict(model: algorithm.Model, rows: Array, truth: Sequence[Sequence[float]]) -> Forecasts:
    """Return the predictions of the rows, as many as the windows have."""
    shape = np.shape(truth)
    return windows.point_forecasts(model.predict(rows[: shape[0] * shape[1]]).reshape(shape))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "gate", "champion-endpoint", "event-bus", "execution"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--end-time", required=True, type=times.parse)
    known, _ = parser.parse_known_args(arguments)
    names = settings.find(known.model).hyperparameters
    for name in names:
        parser.add_argument(f"--{HYPERPARAMETER}{name}", required=True, dest=f"own_{name}")
    args = parser.parse_args(arguments)
    hyperparameters = {name: getattr(args, f"own_{name}") for name in names}
    paths = Paths.from_env()
    with report_failures(paths):
        model, size = record.read(args.model), settings.find(args.model).rows_per_window
        history = paths.processing("history")
        judged = contenders.lines(history / "windows.jsonl")
        summary = json.loads((history / "summary.json").read_text())
        requests = contenders.lines(paths.processing("requests") / "requests.jsonl")
        fitted = load(args.model, _archive(paths))
        rows, _ = table.read_folder(paths.processing("test"), model)
        champion, left_out = contenders.champion(
            args.champion_endpoint, requests, horizon=size, samples=1, execution=args.execution
        )
        evaluation = TabularEvaluation(
            windows=judged,
            history=summary,
            trained_at=args.end_time,
            candidates={args.model: predict(fitted, rows, [w["truth"] for w in judged])},
            reference=windows.constant(summary["mean"], len(judged), size),
            naive=windows.constant(summary["median"], len(judged), size),
            champion=champion,
            champion_left_out=left_out,
            uses=model_card.Uses(model.description, "Rows unlike those of the training"),
            gate=Gate.parse(args.gate),
        )
        report = evaluation.report()
        folder = paths.processing("evaluation")
        table_reports.write_json(folder / "evaluation.json", report)
        # What the steps after this one read: Step Functions reads at most 256 KiB.
        table_reports.write_json(
            folder / "registration.json", {n: report[n] for n in ("model_card", "training")}
        )
        table_reports.write(paths, model, fitted, evaluation, hyperparameters)
        records.finish(paths, report)
        decisions.record(
            client("events"),
            args.event_bus,
            decisions.TOURNAMENT_DECIDED,
            args.end_time,
            execution_arn=args.execution,
            **evaluation.decision(),
        )
    print(report["summary"])  # noqa: T201 (a job's log)


def _archive(paths: Paths) -> Path:
    found = sorted(paths.processing("model").rglob("model.tar.gz"))
    if not found:
        raise JobError("model of the training: missing.")
    return found[0]


if __name__ == "__main__":
    main()
