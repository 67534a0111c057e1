"""The steps' part of a training's record: what they put into it, and where they write it."""

import os
from collections.abc import Mapping
from typing import Any

import pandas as pd
from botocore.config import Config

from common import times
from common.training_runs import FILE, REJECTED, RUNNING, TrainingRun, id_of
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.experiments import source, tracking
from sagemaker_pipelines.paths import Paths

OUTPUT = "experiment"  # processing output of both steps, experiments/<execution id>/
STARTED = "started"  # processing input of Evaluate: the record of ReadHistory
PARAMETER = "PARAMETER_"  # prefix of the environment variables with the pipeline's parameters
IMPATIENT = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


def parameters(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of the execution, by name."""
    found = {name: value for name, value in environment.items() if name.startswith(PARAMETER)}
    return {name.removeprefix(PARAMETER): value for name, value in sorted(found.items())}


def span(group: str, minutes: pd.Series, quality: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a training: a history, and its quality report."""
    known = len(minutes) > 0
    return {
        "feature_group": group,
        "first": times.iso(minutes.index[0]) if known else None,
        "last": times.iso(minutes.index[-1]) if known else None,
        "minutes": len(minutes),
        "missing": int(minutes.isna().sum()),
        "malformed_rows": quality["malformed_rows"],
        "quality": quality["summary"],
    }


def begin(paths: Paths, execution: str, data: Mapping[str, Any], *, rejected: bool) -> TrainingRun:
    """Write the record of a training whose history was read."""
    values = parameters(os.environ)
    run = TrainingRun.started(execution, values).model_copy(
        update={
            "outcome": REJECTED if rejected else RUNNING,
            "failure": data["quality"] if rejected else None,
            "data": dict(data),
            "source": source.read(client("ecr", IMPATIENT), paths),
            "artifacts": _artifacts(execution, values, {"history": "history/"}),
        }
    )
    _write(paths, run)
    if rejected:
        tracking.track(client("s3"), run, {})
    return run


def finish(paths: Paths, report: Mapping[str, Any]) -> TrainingRun:
    """Write the record of a training whose tournament was decided."""
    run = TrainingRun.model_validate_json((paths.processing(STARTED) / FILE).read_text())
    names = {"evaluation": "evaluation/evaluation.json", "forecasts": "forecasts/"}
    if report["winner"]:
        names |= {"training_data": "winner/train.json", "model": "model/"}
    artifacts = _artifacts(run.execution_arn, run.parameters, names)
    decided = run.decided(report, artifacts)
    _write(paths, decided)
    tracking.track(client("s3"), decided, {"evaluation.json": report})
    return decided


def _artifacts(
    execution: str, values: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, str]:
    folder = f"s3://{values['Bucket']}/training/{id_of(execution)}"
    return {name: f"{folder}/{path}" for name, path in names.items()}


def _write(paths: Paths, run: TrainingRun) -> None:
    (paths.processing(OUTPUT) / FILE).write_text(run.to_json())
