"""Compare a day of data and forecasts with the baseline of the version that serves.

`python -m sagemaker_pipelines.jobs.monitor --analysis drift --analysis data-quality … --now …`
`monitoring_job_starter` starts it on schedule and on demand. The data are those of the forecaster
(`--feature-group` and what is read of it), or with `--model` of a tabular model.
"""

import argparse
import json
import logging
from collections.abc import Callable, Sequence

from common import times
from sagemaker_pipelines.jobs.monitoring import data_quality, drift, model_quality
from sagemaker_pipelines.jobs.monitoring.captured_rows import CapturedRows
from sagemaker_pipelines.jobs.monitoring.data import Data
from sagemaker_pipelines.jobs.monitoring.feature_minutes import FeatureMinutes
from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.paths import JobError, Paths, report_failures
from sagemaker_pipelines.tabular import record

ANALYSES: dict[str, Callable[[Run, Data], Outcome]] = {
    "data-quality": data_quality.analyze,
    "drift": drift.analyze,
    "model-quality": model_quality.analyze,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job; a failing analysis does not stop the others."""
    args = _parser().parse_args(arguments)
    paths = Paths.from_env()
    with report_failures(paths):
        run = Run.of(args, paths)
        data = CapturedRows(run) if args.model else FeatureMinutes(run)
        succeeded, failures = [], []
        for name in args.analysis:
            try:
                outcome = ANALYSES[name](run, data)
                run.publish(outcome)
            except JobError as error:
                failures.append(f"{name}: {error}")
                continue
            except Exception as error:  # of an object that nobody expected, or of AWS
                logging.getLogger(__name__).exception("%s failed", name)
                failures.append(f"{name}: {error!r}.")
                continue
            succeeded.append(name)
            line = {"message": f"{name} analyzed", "time": times.iso(args.now)}
            print(json.dumps(line | {"summary": outcome.summary}))  # noqa: T201 (a job's log)
        if failures:
            for name in succeeded:
                run.upload(name)
            raise JobError(f"{len(failures)} of {len(args.analysis)} failed. {' '.join(failures)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bucket", "endpoint", "event-bus", "namespace", "package", "stage", "variant"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--analysis", required=True, action="append", choices=list(ANALYSES))
    parser.add_argument("--window-hours", required=True, type=float)
    parser.add_argument("--now", required=True, type=times.parse)
    parser.add_argument("--deployed-at", type=times.parse, help="since when the version serves")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", choices=record.models(), help="tabular model")
    source.add_argument("--feature-group", help="features of the forecaster")
    parser.add_argument("--target", help="feature that is forecast")
    parser.add_argument("--lag-minutes", type=int, default=0)
    parser.add_argument("--prediction-length", type=int)
    return parser


if __name__ == "__main__":
    main()
