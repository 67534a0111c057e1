"""Forecasts of all contenders and truths -> the verdict, evaluation.json, backtest and reports.

`python -m sagemaker_pipelines.steps.evaluate --candidates … --champion-endpoint … …`
"""

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common import decisions, reference_forecast, times
from common.reference_forecast import REFERENCE
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.data.history import ISO
from sagemaker_pipelines.evaluation_reports import forecasts, groups
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.paths import JobError, Paths, report_failures
from sagemaker_pipelines.steps.contenders import champion, lines
from sagemaker_pipelines.tournament import candidates
from sagemaker_pipelines.tournament.evaluation import Evaluation, naive_forecasts
from sagemaker_pipelines.tournament.scores import Forecasts


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the step."""
    args = _parser().parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        groupings = groups.parse(args.bias_groups)
        history = paths.processing("history")
        windows = lines(history / "windows.jsonl")
        requests = lines(paths.processing("requests") / "requests.jsonl")
        contender, left_out = champion(
            args.champion_endpoint,
            requests,
            horizon=args.prediction_length,
            samples=args.forecast_samples,
            execution=args.execution,
        )
        evaluation = Evaluation(
            windows=windows,
            history=json.loads((history / "summary.json").read_text()),
            trained_at=args.end_time,
            candidates={
                candidate.name: Forecasts.from_responses(
                    _candidate_forecasts(paths, candidate.name, len(windows)), candidate.name
                )
                for candidate in candidates.parse(args.candidates)
            },
            reference=_reference(requests, args.prediction_length),
            naive=naive_forecasts(windows),
            champion=contender,
            champion_left_out=left_out,
        )
        report = evaluation.report()
        _write(paths.processing("evaluation") / "evaluation.json", report)
        evaluation.backtest().to_csv(
            paths.processing("evaluation") / "backtest.csv", index=False, date_format=ISO
        )
        write_reports(paths, evaluation, groupings)
        _write_training_data(paths, report["winner"])
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


def _candidate_forecasts(paths: Paths, name: str, count: int) -> list[dict[str, Any]]:
    """Read a candidate's forecasts; a batch transform preserves the order of its requests."""
    own = paths.processing("forecasts") / f"{name}.jsonl"
    if own.is_file():
        found = lines(own)
    else:
        outputs = sorted(paths.processing(f"forecasts-{name}").rglob("*.out"))
        found = [entry for output in outputs for entry in lines(output)]
    if len(found) != count:
        raise JobError(f"forecasts of {name}: got {len(found)}, expected {count}, one per window.")
    return found


def _reference(requests: Sequence[Mapping[str, Any]], horizon: int) -> Forecasts:
    contexts = [[None if v == "NaN" else v for v in r["target"]] for r in requests]
    found = [reference_forecast.forecast(context, horizon) for context in contexts]
    return Forecasts.from_responses([asdict(forecast) for forecast in found])


def write_reports(
    paths: Paths, evaluation: Evaluation, groupings: Sequence[groups.Grouping]
) -> None:
    """Write bias.json of the best contender, and the winner's attributions if it has features."""
    folder, (name, found) = paths.processing("evaluation"), evaluation.best
    bias = forecasts.report(evaluation.windows, found.mean, found.quantiles, groupings)
    _write(folder / "bias.json", {"contender": name, **bias})
    if evaluation.verdict.winner is not None:
        source = paths.processing("forecasts") / candidates.attributions_file(name)
        if source.is_file():
            shutil.copyfile(source, folder / "attributions.json")


def _write_training_data(paths: Paths, winner: str | None) -> None:
    """Copy the data that the winner is trained on again; the reference takes any candidate's."""
    refit = paths.processing("refit")
    if winner is None:
        return
    folders = sorted(folder for folder in refit.iterdir() if folder.is_dir())
    source = folders[0] if winner == REFERENCE else refit / winner
    shutil.copyfile(source / "train.json", paths.processing("winner") / "train.json")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("champion-endpoint", "event-bus", "execution"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("prediction-length", "forecast-samples"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--bias-groups", required=True)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--end-time", required=True, type=times.parse)
    return parser


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
