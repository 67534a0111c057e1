import boto3
import pytest

from common import times, windows
from common.windows import ForecastWindows
from tests.support.fake_feature_store import FeatureStore, stubbed

NOW = times.parse("2024-10-10T06:00:30Z")


@pytest.mark.parametrize(("known", "enough"), [(30, True), (15, True), (14, False), (0, False)])
def test_half_of_the_truth_is_enough(known, enough):
    truth = [1.0] * known + [None] * (30 - known)
    assert (ForecastWindows(NOW, [1.0] * 60, truth).shortage() is None) is enough


def test_newest_windows_end_before_the_lag():
    online, client = FeatureStore(), boto3.client("sagemaker-featurestore-runtime")
    for k, minute in enumerate(times.minutes(times.parse("2024-10-10T01:00:00Z"), 300)):
        online.rows[minute] = {"tx_minute": minute, "avg_fee_1min": repr(k + 0.5)}
    with stubbed(client, "BatchGetRecord", online.batch):
        [found] = windows.newest(client, "g", NOW, history=270, length=30, lag=5)
        both = windows.newest(client, "g", NOW, history=240, length=30, lag=5, count=2)
    assert times.iso(found.first) == "2024-10-10T00:55:00Z"
    assert times.iso(found.first_truth) == "2024-10-10T05:25:00Z"
    assert found.truth[-1] == 294.5  # 05:54
    assert found.context[:5] == [None] * 5
    assert (len(found.context), len(found.truth)) == (270, 30)
    assert [times.iso(window.first_truth)[11:16] for window in both] == ["05:25", "04:55"]
    assert both[0].context[-30:] == both[1].truth
    assert both[1].context[0] is None
    assert [(len(window.context), len(window.truth)) for window in both] == [(240, 30)] * 2


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"avg_fee_1min": "nan"},
        {"avg_fee_1min": "inf"},
        {"avg_fee_1min": "-Infinity"},
        {"avg_fee_1min": "1e999"},
        {"avg_fee_1min": "text"},
        {"avg_fee_1min": ""},
        {"total_nb_trx_1min": "5"},
    ],
)
def test_row_without_a_finite_fee_is_a_missing_minute(row):
    online, client = FeatureStore(), boto3.client("sagemaker-featurestore-runtime")
    first, second = times.minutes(NOW, 2)
    online.rows = {
        first: {"tx_minute": first, **row},
        second: {"tx_minute": second, "avg_fee_1min": "2.5"},
    }
    with stubbed(client, "BatchGetRecord", online.batch):
        assert windows.average_fees(client, "g", [first, second]) == [None, 2.5]
