"""The drift analysis of a monitoring job: features, and the forecast."""

from collections.abc import Sequence

from common import decisions, times
from sagemaker_pipelines.jobs.monitoring.data import Data
from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.monitoring import report
from sagemaker_pipelines.monitoring.drift_result import Drift

ANALYSIS = "drift"
FILE = "drift.json"


def analyze(run: Run, data: Data) -> Outcome:
    """Write drift.json and report.html; the event says what has drifted.

    Every run in which something has drifted sends it: a training that it requests may be refused
    at first, because of the cooldown or a running one.
    """
    found = data.comparison()
    drifted = sorted(drift.name for drift in found.drifts if drift.drifted)
    document = {
        "version": "1",
        "time": times.iso(run.now),
        "endpoint": run.args.endpoint,
        "package_arn": run.args.package,
        "first": times.iso(run.first),
        "drifted": drifted,
        "without_baseline": list(found.new),
        "features": [drift.to_dict() for drift in found.drifts],
    }
    summary = _summary(found.drifts, found.new)
    run.write(ANALYSIS, FILE, document)
    about = {
        **{name: document[name] for name in ("endpoint", "time", "drifted")},
        "version": run.version,
        "summary": summary,
    }
    page = report.html(about, found.explanation, found.drifts, found.charts)
    run.write(ANALYSIS, "report.html", page)
    stage = {"Stage": run.args.stage}
    scores = [
        ("DriftScore", {**stage, "Feature": drift.name}, drift.score)
        for drift in found.drifts
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


def _summary(drifts: Sequence[Drift], new: Sequence[str]) -> str:
    drifted = [f"{d.name} ({d.reason})" for d in drifts if d.drifted]
    unknown = [drift.name for drift in drifts if drift.score is None]
    parts = [
        f"drifted: {', '.join(drifted)}" if drifted else "nothing has drifted",
        *([f"not comparable: {', '.join(unknown)}"] if unknown else []),
        *([f"not in the baseline: {', '.join(new)}"] if new else []),
    ]
    return "; ".join(parts)
