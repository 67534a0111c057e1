"""The state of an alarm by its datapoints, and metric math."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cloudwatch import alarm_state

PERIODS, KEPT = 3, "as before"


def datapoints(text):
    """Return datapoints as AWS draws them: X breaching, 0 not breaching, - missing."""
    return [{"X": 1.0, "0": -1.0, "-": None}[letter] for letter in text.split()]


def state(points, needed=2, treatment="missing", periods=PERIODS):
    alarm = {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": needed,
        "TreatMissingData": treatment,
        "StateValue": KEPT,
    }
    assert len(points) == alarm_state.evaluation_range(alarm)
    return alarm_state.state(alarm, points)


def by_treatment(points, needed):
    treatments = ("missing", "ignore", "breaching", "notBreaching")
    return [state(datapoints(points), needed, treatment) for treatment in treatments]


# "How alarm state is evaluated when data is missing" in the user guide: both tables, row by row.
@pytest.mark.parametrize(
    ("points", "states"),
    [
        ("0 - X - X", ["OK", "OK", "OK", "OK"]),
        ("0 - - - -", ["OK", "OK", "OK", "OK"]),
        ("- - - - -", ["INSUFFICIENT_DATA", KEPT, "ALARM", "OK"]),
        ("0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("- - X - -", ["ALARM", KEPT, "ALARM", "OK"]),
    ],
)
def test_three_of_three_is_evaluated_as_documented(points, states):
    assert by_treatment(points, 3) == states


@pytest.mark.parametrize(
    ("points", "states"),
    [
        ("0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0 - X - -", ["OK", "OK", "ALARM", "OK"]),
        ("- - - - 0", ["OK", "OK", "ALARM", "OK"]),
        ("- - - X -", ["ALARM", KEPT, "ALARM", "OK"]),
    ],
)
def test_two_of_three_is_evaluated_as_documented(points, states):
    assert by_treatment(points, 2) == states


# The examples of "Avoiding premature transitions to alarm state".
@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("- - - - X", "OK"),
        ("- - - X -", "OK"),
        ("- - - X 0", "OK"),
        ("- - X - 0", "OK"),
        ("- - X - -", "ALARM"),
    ],
)
def test_single_breach_alarms_when_it_is_old_enough(points, expected):
    assert state(datapoints(points), 3) == expected


def test_missing_data_does_not_move_datapoints_beyond_the_range():
    assert state(datapoints("X X 0 0 0")) == "OK"
    assert state(datapoints("X X 0 - -")) == "ALARM"


@given(st.lists(st.sampled_from("X0-"), min_size=3, max_size=8), st.data())
def test_more_breaches_never_end_an_alarm(letters, data):
    periods = len(letters) - 2
    needed = data.draw(st.integers(1, periods))
    treatment = data.draw(st.sampled_from(["missing", "breaching", "notBreaching"]))
    worse = ["X" if data.draw(st.booleans()) else letter for letter in letters]
    if state(datapoints(" ".join(letters)), needed, treatment, periods) == "ALARM":
        assert state(datapoints(" ".join(worse)), needed, treatment, periods) == "ALARM"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("loss - threshold", 0.25),
        ("(loss - threshold) / threshold * 100", 50.0),
        ("loss / zero", None),
        ("loss - unknown", None),
        ("2", 2.0),
        ("loss - FILL(unknown, 0)", 0.75),
        ("loss - FILL(threshold, 0)", 0.25),
        ("FILL(unknown, 0) - unknown", None),
    ],
)
def test_metric_math(expression, value):
    values = {"loss": 0.75, "threshold": 0.5, "zero": 0.0, "unknown": None}
    assert alarm_state.calculate(expression, values) == value


@pytest.mark.parametrize(
    "expression", ["SUM(METRICS())", "loss > 1", "other - loss", "FILL(loss)", "FILL(other, 0)"]
)
def test_unsupported_metric_math_is_an_error(expression):
    with pytest.raises(alarm_state.UnsupportedMathError, match=r"expected only \+ - "):
        alarm_state.calculate(expression, {"loss": 1.0})
