"""The model-quality analysis of a monitoring job."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from common import captures, times
from common.captures import Record
from sagemaker_pipelines.jobs.monitoring.data import Data
from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.monitoring import baselines
from sagemaker_pipelines.monitoring.data_quality import report
from sagemaker_pipelines.monitoring.model_quality import Constraints, metrics, violations

ANALYSIS = "model-quality"
LATEST_TRUTH = timedelta(hours=48)  # after the request: older requests are not searched


def analyze(run: Run, data: Data) -> Outcome:
    """Match the ground truth collected in the window; write statistics and violations.

    What an earlier version answered is left out, with its ground truth.
    """
    constraints = Constraints.parse(run.baseline_text("model_quality/constraints.json"))
    malformed: list[str] = []
    folder = f"{run.args.endpoint}/{run.args.variant}/"
    truths = list(_records(run, f"ground-truth/{folder}", run.first, malformed))
    wanted = {str(record["eventMetadata"].get("eventId")) for record in truths}
    requests, earlier = [], set()
    for kind in (f"data-capture/{run.args.stage}", *data.capture_folders):
        for record in _records(run, f"{kind}/{folder}", run.first - LATEST_TRUTH, malformed):
            if _is_of_earlier_version(record, run):
                earlier.add(captures.request_id(record))
            elif _counts(record, wanted, run):
                requests.append(record)
    truths = [one for one in truths if str(one["eventMetadata"].get("eventId")) not in earlier]
    merged = captures.merge(requests, truths, malformed)
    lines = "".join(f"{json.dumps(record)}\n" for record in merged.records)
    run.write(ANALYSIS, "merged.jsonl", lines)
    found, values = [], {}
    if merged.pairs:
        values = metrics(merged.pairs)
        found = violations(constraints, values)
    statistics = baselines.regression_statistics(values, len(merged.pairs), times.iso(run.now))
    run.write(ANALYSIS, "statistics.json", {**statistics, "matching": merged.summary()})
    run.write(ANALYSIS, "constraint_violations.json", report(found))
    dimensions = {"Stage": run.args.stage}
    texts = "; ".join(violation["description"] for violation in found)
    return Outcome(
        f"{len(merged.pairs)} values matched, {merged.without_truth} requests without ground "
        f"truth, {merged.without_capture} without capture, {len(merged.malformed)} malformed; "
        f"{len(found)} violations of the model's constraints{f': {texts}' if found else ''}",
        [
            ("ModelQualityViolations", dimensions, float(len(found))),
            ("UnmatchedRequests", dimensions, float(merged.without_truth)),
        ],
    )


def _records(run: Run, prefix: str, first: datetime, malformed: list[str]) -> Iterator[Record]:
    for key, content in run.objects(prefix, first, run.now):
        yield from captures.lines(content, key, malformed)


def _is_of_earlier_version(record: Record, run: Run) -> bool:
    time = run.time_of_client(record)
    return time is not None and run.deployed_at is not None and time < run.deployed_at


def _counts(record: Record, wanted: set[str], run: Run) -> bool:
    """Return whether a request is of the window, or its ground truth came in the window.

    Without those of smoke tests and tournaments, whose ground truth nobody writes.
    """
    if captures.request_id(record) in wanted:
        return True
    time = run.time_of_client(record)
    return time is not None and run.first <= time < run.end
