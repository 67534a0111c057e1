"""States that datapoints mean, and metric math. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import alarm_math

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
    return alarm_math.state(alarm, points)


@pytest.mark.parametrize(
    ("points", "missing", "breaching", "not_breaching", "ignore"),
    [
        ([O, O, O], "OK", "OK", "OK", "OK"),
        ([O, X, X], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([X, O, X], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([O, O, X], "OK", "OK", "OK", "OK"),
        ([_, O, X], "OK", "ALARM", "OK", "kept"),
        ([_, _, O], "OK", "ALARM", "OK", "kept"),
        ([_, X, X], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([_, _, _], "INSUFFICIENT_DATA", "ALARM", "OK", "kept"),
    ],
)
def test_two_of_three_by_treatment_of_missing_data(
    points, missing, breaching, not_breaching, ignore
):
    assert state(points) == missing
    assert state(points, treatment="breaching") == breaching
    assert state(points, treatment="notBreaching") == not_breaching
    assert state(points, treatment="ignore", before="kept") == ignore


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
    assert alarm_math.calculate(expression, values) == value


@pytest.mark.parametrize("expression", ["SUM(METRICS())", "loss > 1", "other - loss"])
def test_metric_math_that_is_not_understood_says_so(expression):
    with pytest.raises(alarm_math.UnsupportedMathError, match=r"only \+ - "):
        alarm_math.calculate(expression, {"loss": 1.0})
