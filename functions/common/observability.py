"""One logger and one set of metrics per function (Powertools), as JSON lines on stdout.

Service name, log level and namespace come from POWERTOOLS_* variables, which
`terraform/modules/lambda_function` sets.
"""

import gc
import logging
import warnings
from collections.abc import Mapping
from datetime import datetime

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from common.errors import bad_value
from common.metric_limits import MAX_METRIC


class EventTimeMetrics(EphemeralMetrics):
    """Metrics with the timestamp of an event; an invocation may emit none."""

    def set_timestamp(self, timestamp: int | datetime) -> None:
        """Set the timestamp of the metrics without Powertools' warning about its age.

        Powertools warns if it is more than 14 days before the system time. In a replay, and on the
        local AWS with its virtual clock, an event may be years old.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This metric doesn't meet the requirements")
            super().set_timestamp(timestamp)

    def flush_metrics(self, raise_on_empty_metrics: bool = False) -> None:
        """Print the metrics; print nothing and do not warn if there are none."""
        if self.metric_set:
            super().flush_metrics(raise_on_empty_metrics)


# Powertools' decorators log every exception that passes them; Lambda logs it anyway.
logging.getLogger("aws_lambda_powertools.middleware_factory").setLevel(logging.CRITICAL)

logger = Logger(utc=True, use_rfc3339=True)
# An empty service, because Powertools would add it as a dimension, which no alarm expects.
metrics = Metrics(provider=EventTimeMetrics(service=""))

# Everything imported so far lives as long as the process. Exclude it from garbage collection,
# whose first full run would otherwise slow down the import of the handler.
gc.freeze()
gc.enable()  # see common/fast_start.py


class MetricValueError(ValueError):
    """CloudWatch would drop the value."""


def add_metrics(time: datetime, values: Mapping[str, float], unit: MetricUnit) -> None:
    """Add metric values with the time of the event.

    Raises MetricValueError for a value that CloudWatch would drop silently: an alarm that never
    sees it stays as it is.
    """
    for name, value in values.items():
        if not abs(value) <= MAX_METRIC:  # false for NaN as well
            raise MetricValueError(bad_value(name, value, "a number that CloudWatch accepts"))
    metrics.set_timestamp(time)
    for name, value in values.items():
        metrics.add_metric(name, unit, value)
