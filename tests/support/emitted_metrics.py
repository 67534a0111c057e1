"""The metrics that the code emits, found by running it: name and dimensions."""

import io
import json
import time
from contextlib import redirect_stdout

from common.forecast_metrics import registry
from common.readings import result
from poller.metrics import Metrics
from poller.poll import Poll, Rejected

STAGE = frozenset({"Stage"})
# By monitoring jobs; tests/unit/sagemaker_pipelines/jobs runs them.
OF_JOBS = {
    ("DataQualityViolations", STAGE),
    ("DriftScore", frozenset({"Feature", "Stage"})),
}
# By `predict` without an endpoint; tests/unit/functions/predict/test_errors runs it.
OF_API = {("RequestsNotReady", frozenset({"EndpointName"}))}


def of_poller():
    """Return the metrics of a minute of polls."""
    metrics, out = Metrics("Evergreen/test"), io.StringIO()
    now = int(time.time())
    with redirect_stdout(out):
        metrics.add(Poll(now, rejected=[Rejected("a", None, "b", "c")], gap=True), 1, 1)
        metrics.flush()
    return names(out.getvalue())


def names(lines):
    """Return name and dimensions of each metric in lines of the embedded metric format."""
    return {
        (metric["Name"], frozenset(dimensions))
        for line in lines.splitlines()
        for directive in json.loads(line).get("_aws", {}).get("CloudWatchMetrics", [])
        for metric in directive["Metrics"]
        for dimensions in directive["Dimensions"] or [[]]
    }


def of_collector(published):
    """Return the metrics of a monitoring result in which everything is defined."""
    values = dict.fromkeys(registry.load(), 1.0)
    values["calibration"] = {"0.1": 0.1, "0.5": 0.5, "0.9": 0.9}
    document = {
        **dict.fromkeys(("wql", "reference_wql", "naive_wql", "reference_ratio"), 1.0),
        **dict.fromkeys(("relative_loss", "threshold", "breach"), 1.0),
        **dict.fromkeys(("scored_windows", "unscored_windows"), 1),
        "metrics": values,
    }
    return {(name, STAGE) for name in result.metric_values(document, published)}
