"""Metrics in the Embedded Metric Format: a log line that CloudWatch reads as datapoints."""

import json
import sys
from datetime import datetime

from common import settings


def emit(time: datetime, values: dict[str, float], **dimensions: str) -> None:
    """Print values of one moment (the event's, not the machine's) under these dimensions."""
    metrics = [{"Name": name, "Unit": "None"} for name in values]
    directive = {
        "Namespace": settings.required("METRIC_NAMESPACE"),
        "Dimensions": [sorted(dimensions)],
        "Metrics": metrics,
    }
    about = {"Timestamp": int(time.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    sys.stdout.write(f"{json.dumps({'_aws': about, **dimensions, **values})}\n")
