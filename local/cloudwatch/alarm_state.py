"""CloudWatch alarm logic: metric math, M of N, missing data. Pure."""

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
    """Evaluate + - * / over the metrics of one period; None if one of them has no data."""
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
    raise UnsupportedMathError(
        f"Expression: got {expression!r}, expected only + - * / of metric ids and numbers"
    )


def state(alarm: dict[str, Any], points: Datapoints) -> str:
    """Return the alarm state for these datapoints, oldest first, None where there is no data."""
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    treatment = alarm.get("TreatMissingData") or "missing"
    breaching = COMPARISONS[alarm["ComparisonOperator"]]
    present = [breaching(value, alarm["Threshold"]) for value in points if value is not None]
    missing = len(points) - len(present)
    if sum(present) >= needed:
        return "ALARM"
    if missing and treatment == "ignore":
        return str(alarm["StateValue"])
    if not present and treatment == "missing":
        return "INSUFFICIENT_DATA"
    if treatment == "breaching" and sum(present) + missing >= needed:
        return "ALARM"
    return "OK"
