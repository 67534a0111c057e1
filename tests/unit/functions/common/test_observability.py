"""Log lines and metrics as CloudWatch reads them."""

from datetime import UTC, datetime

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from common.observability import MetricValueError, add_metrics, logger, metrics
from tests.support import lambda_events
from tests.support.lambda_context import CONTEXT

NOW = datetime(2024, 10, 10, 1, tzinfo=UTC)  # far more than 14 days ago


@pytest.mark.parametrize("dimensions", [{}, {"Stage": "production"}], ids=["none", "stage"])
def test_metrics_have_the_event_time_and_exactly_their_dimensions(capsys, dimensions):
    @metrics.log_metrics
    def handler(_event, _context):
        for name, value in dimensions.items():
            metrics.add_dimension(name, value)
        add_metrics(NOW, {"Coverage": 0.8, "Threshold": 1}, MetricUnit.NoUnit)

    handler({}, CONTEXT)
    [line], logged = lambda_events.printed(capsys)
    assert not logged
    assert line["_aws"]["Timestamp"] == 1728522000000
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Evergreen/test"
    assert directive["Dimensions"] == [list(dimensions)]
    assert set(line) == {"_aws", "Coverage", "Threshold", *dimensions}
    assert (line["Coverage"], line["Threshold"]) == (0.8, 1)


def test_dimensions_do_not_leak_into_the_next_invocation(capsys):
    for dimensions in ({"Stage": "production"}, {}):
        for name, value in dimensions.items():
            metrics.add_dimension(name, value)
        add_metrics(NOW, {"Coverage": 0.8}, MetricUnit.NoUnit)
        metrics.flush_metrics()
    lines, _ = lambda_events.printed(capsys)
    found = [line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] for line in lines]
    assert found == [[["Stage"]], [[]]]


def test_invocation_without_metrics_prints_none_and_its_error_is_raised(capsys):
    @metrics.log_metrics
    def handler(_event, _context):
        raise KeyError("cause")

    with pytest.raises(KeyError, match="cause"):
        handler({}, CONTEXT)
    assert lambda_events.printed(capsys) == ([], [])


def test_log_lines_have_level_and_request_id(capsys):
    @logger.inject_lambda_context
    def handler(_event, _context):
        logger.debug("hidden at the default level")
        logger.warning("row not written", key="raw/a")

    handler({}, CONTEXT)
    _, [line] = lambda_events.printed(capsys)  # which checks the keys of every line
    assert line == {"message": "row not written", "key": "raw/a"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e109, -1e300])
def test_value_that_cloudwatch_would_drop_is_an_error(capsys, value):
    @metrics.log_metrics
    def handler(_event, _context):
        add_metrics(NOW, {"Coverage": 0.8, "Threshold": value}, MetricUnit.NoUnit)

    with pytest.raises(MetricValueError, match=r"Threshold: got .*, expected a number that Cloud"):
        handler({}, CONTEXT)
    assert lambda_events.printed(capsys) == ([], [])
