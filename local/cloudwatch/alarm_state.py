"""CloudWatch alarm logic: metric math, M of N, missing data, premature alarms. Pure."""

import ast
import operator
from collections.abc import Callable
from typing import Any

Datapoints = list[float | None]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class UnsupportedMathError(Exception):
    """The metric math of an alarm is not supported."""


def calculate(expression: str, values: dict[str, float | None]) -> float | None:
    """Evaluate + - * / over the metrics of one period; None if one of them has no data.

    FILL(id, number) is that number if the metric has none.
    """
    return _evaluate(ast.parse(expression, mode="eval").body, values, expression)


def _evaluate(node: ast.expr, values: dict[str, float | None], expression: str) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = (_evaluate(side, values, expression) for side in (node.left, node.right))
        if left is None or right is None or (right == 0 and isinstance(node.op, ast.Div)):
            return None
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "FILL" and len(node.args) == 2:
        value, filling = (_evaluate(part, values, expression) for part in node.args)
        return filling if value is None else value
    raise UnsupportedMathError(
        f"Expression: got {expression!r}, expected only + - * / and FILL(id, number) of metric "
        "ids and numbers"
    )


def evaluation_range(alarm: dict[str, Any]) -> int:
    """Return how many periods are read.

    CloudWatch reads more than the evaluation periods, in case some have no data. How many more is
    not documented; in the examples of its user guide, two.
    """
    return int(alarm["EvaluationPeriods"]) + 2


def evaluated(alarm: dict[str, Any], points: Datapoints) -> dict[int, float]:
    """Return the datapoints that are evaluated, by position: the newest that exist."""
    real = [(position, value) for position, value in enumerate(points) if value is not None]
    return dict(real[-alarm["EvaluationPeriods"] :])


def state(alarm: dict[str, Any], points: Datapoints) -> str:
    """Return the alarm state for the datapoints of the evaluation range.

    They are oldest first, None where there is no data. Missing ones count only if there are fewer
    datapoints in the range than evaluation periods, and as few as possible ("Configuring how
    CloudWatch alarms treat missing data" in the user guide).
    """
    needed = needed_datapoints(alarm)
    treatment = alarm.get("TreatMissingData") or "missing"
    is_breaching = COMPARISONS[alarm["ComparisonOperator"]]
    real = evaluated(alarm, points)
    breaching = [is_breaching(value, alarm["Threshold"]) for value in real.values()]
    filled = alarm["EvaluationPeriods"] - len(real)
    if sum(breaching) + (filled if treatment == "breaching" else 0) >= needed:
        return "ALARM"
    if not filled or treatment in {"breaching", "notBreaching"} or not all(breaching):
        return "OK"
    if treatment == "ignore":
        return str(alarm["StateValue"])
    if not real:
        return "INSUFFICIENT_DATA"
    # A premature alarm: it does not wait for the missing datapoints.
    oldest = len(points) - min(real)
    return "ALARM" if oldest >= needed else "OK"


def needed_datapoints(alarm: dict[str, Any]) -> int:
    """Return how many evaluated datapoints must be breaching (M)."""
    return int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
