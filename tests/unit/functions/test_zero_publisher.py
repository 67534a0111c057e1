"""A schedule publishes zeros at its time."""

import json

import pytest

from common.config import SettingsError
from tests.support.lambda_context import CONTEXT
from zero_publisher import handler

EVENT = {"source": "aws.events", "detail-type": "Scheduled Event", "time": "2024-10-11T02:30:00Z"}
EPOCH_MILLISECONDS = 1_728_613_800_000


def test_zeros_have_the_time_of_the_event_and_no_dimension(monkeypatch, capsys):
    monkeypatch.setenv("METRIC_NAMES", "Polls,RowsWritten")
    assert handler.lambda_handler(EVENT, CONTEXT) == {"metrics": ["Polls", "RowsWritten"]}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (published,) = [line for line in lines if "_aws" in line]
    assert (published["Polls"], published["RowsWritten"]) == ([0.0], [0.0])
    assert published["_aws"]["Timestamp"] == EPOCH_MILLISECONDS
    (directive,) = published["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] in ([], [[]])


def test_missing_setting_is_named(monkeypatch):
    monkeypatch.delenv("METRIC_NAMES", raising=False)
    with pytest.raises(SettingsError, match="METRIC_NAMES"):
        handler.lambda_handler(EVENT, CONTEXT)
