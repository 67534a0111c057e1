"""Rows and their history -> data quality report."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.times import MINUTE
from sagemaker_pipelines.data import quality
from sagemaker_pipelines.data.history import history
from sagemaker_pipelines.data.quality import Limits

START = datetime(2024, 10, 10, tzinfo=UTC)
LENGTH = 400
END = START + LENGTH * MINUTE
LIMITS = Limits(
    maximum_constant_minutes=60,
    maximum_gap_minutes=20,
    maximum_interpolated_share=0.1,
    maximum_ratio_to_median=1000,
    maximum_staleness_minutes=30,
    minimum_completeness=0.9,
)


def row(position, fee=None, **changes):
    minute = START + position * MINUTE
    fee = 10.0 + position % 7 if fee is None else fee
    columns = {
        "minute": minute,
        "event_time": minute + MINUTE,
        "average_fee": fee,
        "transactions": 4.0,
        "total_fee": 4 * fee,
    }
    return columns | changes


def rows(missing=(), **changed):
    return [row(n) for n in range(LENGTH) if n not in missing]


NAMES = {
    "minute": "tx_minute",
    "average_fee": "avg_fee_1min",
    "transactions": "total_nb_trx_1min",
    "total_fee": "total_fee_1min",
}
TIME = pd.DatetimeTZDtype("ns", "UTC")
NUMBER = pd.ArrowDtype(pa.float64())


def frame(written):
    """Return rows in the format of sagemaker_pipelines.data.history.frame."""
    kinds = {name: TIME if name in ("minute", "event_time") else NUMBER for name in row(0)}
    columns = {
        NAMES.get(name, name): pd.array(
            pa.array([item[name] for item in written], pa.float64())
            if kind is NUMBER
            else [item[name] for item in written],
            dtype=kind,
        )
        for name, kind in kinds.items()
    }
    return pd.DataFrame(columns)


def check(written, limits=LIMITS, end_time=END + 5 * MINUTE, minimum=300):
    known = [item for item in written if item["average_fee"] is not None]
    averages = {item["minute"]: item["average_fee"] for item in known}
    minutes = history(averages, START, END)
    return quality.check(frame(written), minutes, end_time, limits, minimum)


def failed(*arguments, **settings):
    return {rule.name: rule.value for rule in check(*arguments, **settings).failed}


def test_rows_of_window_aggregator_pass():
    report = check(rows())
    assert report.failed == []
    assert report.summary == "The history passes all 11 data quality rules."


def with_row(position, **changes):
    return [*rows()[:position], row(position, **changes), *rows()[position + 1 :]]


NULLS = [row(n, average_fee=None) if n % 9 == 1 else row(n) for n in range(LENGTH)]
OFF_GRID = {"minute": START + 5.5 * MINUTE, "event_time": START + 7 * MINUTE}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(rows(range(100, 121)), {"gap_minutes": 21}, id="outage"),
        pytest.param(
            rows(range(1, 90, 2)),
            {"completeness": 355 / 400, "interpolated_share": 45 / 400},
            id="holes",
        ),
        pytest.param(NULLS, {"interpolated_share": 45 / 400}, id="rows-without-a-value"),
        pytest.param(rows()[:376], {"gap_minutes": 24}, id="recent-gap"),
        pytest.param(rows()[:374], {"gap_minutes": 26, "staleness_minutes": 32}, id="stale"),
        pytest.param(
            [row(n, 7.0) if n < 61 else row(n) for n in range(LENGTH)],
            {"constant_minutes": 61},
            id="frozen",
        ),
        pytest.param(
            with_row(5, fee=14_000.0), {"ratio_to_median": 14_000 / 13}, id="implausible"
        ),
        pytest.param(with_row(5, average_fee=9.0), {"minutes_inconsistent": 1}, id="no-average"),
        pytest.param(with_row(5, total_fee=None), {"minutes_inconsistent": 1}, id="no-sum"),
        pytest.param(with_row(5, transactions=0.0), {"minutes_inconsistent": 1}, id="no-count"),
        pytest.param(with_row(5, fee=-3.0), {"minutes_negative": 1}, id="negative"),
        pytest.param(with_row(5, fee=float("inf")), {"minutes_not_finite": 1}, id="infinite"),
        pytest.param(
            with_row(5, fee=float("nan")),
            {"minutes_not_finite": 1, "minutes_inconsistent": 1},
            id="not-a-number",
        ),
        pytest.param(with_row(5, event_time=START), {"minutes_out_of_order": 1}, id="too-early"),
        pytest.param(with_row(5, **OFF_GRID), {"minutes_out_of_order": 1}, id="off-the-grid"),
        pytest.param([*rows(), row(LENGTH - 1)], {"minutes_out_of_order": 1}, id="twice"),
        pytest.param([row(1), row(0), *rows()[2:]], {"minutes_out_of_order": 1}, id="backwards"),
    ],
)
def test_rule_fails_for(written, expected):
    assert failed(written) == pytest.approx(expected)


def test_too_few_minutes_fail():
    assert failed(rows(), minimum=401) == {"minutes_with_data": 400}


def test_empty_store_is_a_missing_history():
    found = failed([])
    assert (found["minutes_with_data"], found["completeness"]) == (0, 0)
    assert (found["gap_minutes"], found["staleness_minutes"]) == (400, 405)


def test_summary_names_each_failed_rule_with_value_and_limit():
    report = check(with_row(5, average_fee=9.0)[:374])
    assert report.summary == (
        "The history fails data quality rules: gap_minutes is 26 (at most 20), "
        "staleness_minutes is 32 (at most 30), minutes_inconsistent is 1 (at most 0)."
    )


def test_malformed_rows_are_reported_and_fail_no_rule():
    report = replace(check(rows()), malformed=2)
    assert not report.failed
    assert report.summary.endswith("rules. 2 malformed rows were left out.")
    assert report.to_dict(END)["malformed_rows"] == 2


# A history has hundreds of minutes, so examples are slow.
histories = settings(deadline=None, max_examples=30)
any_number = st.one_of(st.none(), st.floats())
any_row = st.builds(
    dict,
    minute=st.integers(0, LENGTH * 60 - 1).map(lambda n: START + timedelta(seconds=n)),
    average_fee=any_number,
    event_time=st.integers(0, LENGTH).map(lambda n: START + n * MINUTE),
    transactions=any_number,
    total_fee=any_number,
)
any_limits = st.builds(Limits, **{name: st.floats(0, 1e6) for name in Limits.model_fields})


@histories
@given(st.lists(any_row), any_limits)
def test_report_of_any_rows_is_json_that_agrees_with_its_summary(written, limits):
    report = check(written, limits).to_dict(END)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["passed"] == all(rule["passed"] for rule in report["rules"])
    for rule in report["rules"]:
        text = f"{rule['name']} is {rule['value']:g} ({rule['comparison']} {rule['limit']:g})"
        assert (text in report["summary"]) == (not rule["passed"])
    assert len(report["summary"]) <= 1024  # limit of a failure reason in SageMaker


@histories
@given(st.lists(any_row), any_limits, st.floats(0, 1e6))
def test_looser_limits_never_fail_a_rule(written, limits, by):
    looser = Limits(
        **{
            name: limit - by if name.startswith("minimum") else limit + by
            for name, limit in limits.model_dump().items()
        }
    )
    before = {rule.name for rule in check(written, limits).failed}
    assert {rule.name for rule in check(written, looser).failed} <= before


@histories
@given(st.sets(st.integers(1, LENGTH - 2)), st.integers(1, LENGTH - 2))
def test_another_missing_minute_never_improves_a_history(missing, lost):
    before = {rule.name: rule.value for rule in check(rows(missing)).rules}
    after = {rule.name: rule.value for rule in check(rows(missing | {lost})).rules}
    assert after["completeness"] <= before["completeness"]
    assert after["gap_minutes"] >= before["gap_minutes"]
    assert after["interpolated_share"] >= before["interpolated_share"]
    assert after["completeness"] + after["interpolated_share"] == pytest.approx(1)


@histories
@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**15)), min_size=1))
def test_exact_averages_are_consistent(minutes):
    written = [
        row(n, transactions=float(count), total_fee=float(total), average_fee=total / count)
        for n, (count, total) in enumerate(minutes[:LENGTH])
    ]
    assert "minutes_inconsistent" not in failed(written)
