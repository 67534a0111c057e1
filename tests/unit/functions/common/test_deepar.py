import json
import math
from datetime import UTC, datetime

import pytest

from common import deepar

NOW = datetime(2024, 10, 10, 1, tzinfo=UTC)


def prediction(**changes):
    quantiles = {"0.1": [1, 1], "0.5": [2, 2], "0.9": [3, 3]} | changes.pop("quantiles", {})
    return json.dumps({"predictions": [{"quantiles": quantiles, "mean": [2, 2]} | changes]})


def test_request_has_nan_for_missing_minutes():
    body = json.loads(deepar.request(deepar.instance(NOW, [1.5, None]), samples=7))
    assert body["instances"] == [{"start": "2024-10-10 01:00:00", "target": [1.5, "NaN"]}]
    assert body["configuration"]["quantiles"] == ["0.1", "0.5", "0.9"]
    assert body["configuration"]["num_samples"] == 7


def test_response_is_parsed():
    forecast = deepar.response(prediction().encode(), 2)
    assert forecast.quantiles["0.9"] == [3.0, 3.0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html>", "expected DeepAR's JSON"),
        ('{"predictions": []}', "expected DeepAR's JSON"),
        (prediction(mean="ab"), "expected DeepAR's JSON"),
        (prediction(mean=[2]), "mean: got 1 minutes, expected 2"),
        (prediction(mean=[2, math.nan]), "expected finite numbers"),
        (prediction(mean=[2, "inf"]), "expected finite numbers"),
        (prediction(mean=[2, 1e308]), "mean: got 1e\\+308, expected at most 1e\\+18"),
        (prediction(mean=[2, -1e19]), "mean: got 1e\\+19, expected at most 1e\\+18"),
        (prediction(quantiles={"0.9": [3, 3e38]}), "0.9: got 3e\\+38, expected at most"),
        (prediction(mean=[2, 10**400]), "expected DeepAR's JSON"),
        ("[" * 99_999, "expected DeepAR's JSON"),
        (prediction(quantiles={"0.1": [1, 2.5]}), "crossing"),
    ],
)
def test_response_that_is_not_a_forecast_is_an_error(body, reason):
    with pytest.raises(deepar.ForecastError, match=reason):
        deepar.response(body.encode(), 2)
