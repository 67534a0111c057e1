"""The state of an alarm by its datapoints, and metric math."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cloudwatch import alarm_state

X, O, _ = 1.0, -1.0, None  # noqa: E741 - breaching, not breaching, missing, as AWS draws them


def state(points, needed=2, treatment="missing", before="OK"):
    alarm = {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "EvaluationPeriods": len(points),
        "DatapointsToAlarm": needed,
        "TreatMissingData": treatment,
        "StateValue": before,
    }
    return alarm_state.state(alarm, points)


@pytest.mark.parametrize(
    ("points", "missing", "breaching", "not_breaching", "ignore"),
    [
        ([O, O, O], "OK", "OK", "OK", "OK"),
        ([O, X, X], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([X, O, X], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([O, O, X], "OK", "OK", "OK", "OK"),
        ([_, O, X], "OK", "ALARM", "OK", "unchanged"),
        ([_, _, O], "OK", "ALARM", "OK", "unchanged"),
        ([_, X, X], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([_, _, _], "INSUFFICIENT_DATA", "ALARM", "OK", "unchanged"),
    ],
)
def test_two_of_three_by_treatment_of_missing_data(
    points, missing, breaching, not_breaching, ignore
):
    assert state(points) == missing
    assert state(points, treatment="breaching") == breaching
    assert state(points, treatment="notBreaching") == not_breaching
    assert state(points, treatment="ignore", before="unchanged") == ignore


@given(st.lists(st.sampled_from([X, O, _]), min_size=1, max_size=6), st.data())
def test_more_breaches_never_end_an_alarm(points, data):
    needed = data.draw(st.integers(1, len(points)))
    worse = [X if data.draw(st.booleans()) else point for point in points]
    if state(points, needed) == "ALARM":
        assert state(worse, needed) == "ALARM"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("loss - threshold", 0.25),
        ("(loss - threshold) / threshold * 100", 50.0),
        ("loss / zero", None),
        ("loss - unknown", None),
        ("2", 2.0),
    ],
)
def test_metric_math(expression, value):
    values = {"loss": 0.75, "threshold": 0.5, "zero": 0.0, "unknown": None}
    assert alarm_state.calculate(expression, values) == value


@pytest.mark.parametrize("expression", ["SUM(METRICS())", "loss > 1", "other - loss"])
def test_unsupported_metric_math_is_an_error(expression):
    with pytest.raises(alarm_state.UnsupportedMathError, match=r"expected only \+ - "):
        alarm_state.calculate(expression, {"loss": 1.0})
