"""Rows and their history -> a verdict."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_pipelines.steps import data_quality
from sagemaker_pipelines.steps.data_quality import Limits
from sagemaker_pipelines.steps.measures import Row
from sagemaker_pipelines.steps.minutes import MINUTE, series

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
    written = Row(minute, minute + MINUTE, fee, transactions=4.0, total_fee=4 * fee)
    return replace(written, **changes)


def rows(missing=(), **changed):
    return [row(n) for n in range(LENGTH) if n not in missing]


def verdict(written, limits=LIMITS, end_time=END + 5 * MINUTE, minimum=300):
    averages = {one.minute: one.average_fee for one in written if one.average_fee is not None}
    history = series(averages, START, END)
    return data_quality.check(written, history, end_time, limits, minimum)


def broken(*arguments, **settings):
    return {rule.name: rule.value for rule in verdict(*arguments, **settings).broken}


def test_what_our_own_writer_writes_is_fit():
    judged = verdict(rows())
    assert judged.broken == []
    assert judged.sentence == "The history keeps all 11 rules of data quality."


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
        pytest.param(rows()[:376], {"gap_minutes": 24}, id="nothing-lately"),
        pytest.param(
            rows()[:374], {"gap_minutes": 26, "staleness_minutes": 32}, id="nothing-for-long"
        ),
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
def test_unfit_is(written, expected):
    assert broken(written) == pytest.approx(expected)


def test_too_few_minutes_are_unfit_however_good():
    assert broken(rows(), minimum=401) == {"minutes_with_data": 400}


def test_of_an_empty_store_the_whole_window_is_missing():
    found = broken([])
    assert (found["minutes_with_data"], found["completeness"]) == (0, 0)
    assert (found["gap_minutes"], found["staleness_minutes"]) == (400, 405)


def test_one_sentence_names_each_broken_rule_with_value_and_limit():
    judged = verdict(with_row(5, average_fee=9.0)[:374])
    assert judged.sentence == (
        "The history is not fit to train on: gap_minutes is 26 (at most 20), "
        "staleness_minutes is 32 (at most 30), minutes_inconsistent is 1 (at most 0)."
    )


# A history has hundreds of minutes: fewer of them, without haste.
histories = settings(deadline=None, max_examples=30)
anything = st.one_of(st.none(), st.floats())
any_row = st.builds(
    Row,
    minute=st.integers(0, LENGTH * 60 - 1).map(lambda n: START + timedelta(seconds=n)),
    average_fee=anything,
    event_time=st.integers(0, LENGTH).map(lambda n: START + n * MINUTE),
    transactions=anything,
    total_fee=anything,
)
any_limits = st.builds(Limits, *[st.floats(0, 1e6)] * 6)


@histories
@given(st.lists(any_row), any_limits)
def test_report_of_any_rows_is_json_that_agrees_with_its_sentence(written, limits):
    report = verdict(written, limits).report(END)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["passed"] == all(rule["passed"] for rule in report["rules"])
    for rule in report["rules"]:
        said = f"{rule['name']} is {rule['value']:g} ({rule['comparison']} {rule['limit']:g})"
        assert (said in report["sentence"]) == (not rule["passed"])
    assert len(report["sentence"]) <= 1024  # of a failure reason SageMaker shows no more


@histories
@given(st.lists(any_row), any_limits, st.floats(0, 1e6))
def test_a_looser_limit_never_breaks_a_rule(written, limits, by):
    looser = Limits(
        **{
            name: limit - by if name.startswith("minimum") else limit + by
            for name, limit in asdict(limits).items()
        }
    )
    before = {rule.name for rule in verdict(written, limits).broken}
    assert {rule.name for rule in verdict(written, looser).broken} <= before


@histories
@given(st.sets(st.integers(1, LENGTH - 2)), st.integers(1, LENGTH - 2))
def test_one_more_missing_minute_never_makes_a_history_better(missing, lost):
    before = {rule.name: rule.value for rule in verdict(rows(missing)).rules}
    after = {rule.name: rule.value for rule in verdict(rows(missing | {lost})).rules}
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
    assert "minutes_inconsistent" not in broken(written)
