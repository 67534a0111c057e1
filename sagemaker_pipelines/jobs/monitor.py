"""Compare a day of data and forecasts with the baseline of the version that serves.

`python -m sagemaker_pipelines.jobs.monitor --analysis drift --analysis data-quality … --now …`
`monitoring_job_starter` starts it on schedule and on demand.
"""

import argparse
import json
import logging
from collections.abc import Callable, Sequence

from common import times
from sagemaker_pipelines.jobs.monitoring import data_quality, drift, model_quality
from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.paths import JobError, Paths, report_failures

ANALYSES: dict[str, Callable[[Run], Outcome]] = {
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
        succeeded, failures = [], []
        for name in args.analysis:
            try:
                outcome = ANALYSES[name](run)
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
    for name in (
        "bucket",
        "endpoint",
        "event-bus",
        "feature-group",
        "namespace",
        "package",
        "stage",
    ):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--target", required=True, help="feature that is forecast")
    parser.add_argument("--analysis", required=True, action="append", choices=list(ANALYSES))
    for name in ("lag-minutes", "prediction-length"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--window-hours", required=True, type=float)
    parser.add_argument("--now", required=True, type=times.parse)
    return parser


if __name__ == "__main__":
    main()
