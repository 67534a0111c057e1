"""What a CloudWatch alarm makes of its datapoints: statistics, metric math, M of N. No state."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch

from local import metrics

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
    """The alarm uses metric math that is not understood here; the text says which."""


def datapoints(alarm: dict[str, Any], now: float) -> Datapoints:
    """Return the alarm's last N values before `now`, oldest first, None where there is no data.

    The windows are of the alarm's period and end with the last full minute.
    """
    count, end = alarm["EvaluationPeriods"], now // 60 * 60
    if not alarm.get("Metrics"):
        names = {entry["Name"]: entry["Value"] for entry in alarm.get("Dimensions") or []}
        stat = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        metric = (alarm["Namespace"], alarm["MetricName"], names)
        return _series(metric, stat, alarm["Period"], count, end)
    series: dict[str, Datapoints] = {}
    for query in alarm["Metrics"]:
        if stat := query.get("MetricStat"):
            dimensions = stat["Metric"].get("Dimensions") or []
            names = {entry["Name"]: entry["Value"] for entry in dimensions}
            metric = (stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], names)
            series[query["Id"]] = _series(metric, stat["Stat"], int(stat["Period"]), count, end)
    returned = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    if returned["Id"] in series:
        return series[returned["Id"]]
    return [
        calculate(returned["Expression"], {name: values[i] for name, values in series.items()})
        for i in range(count)
    ]


def calculate(expression: str, values: dict[str, float | None]) -> float | None:
    """Evaluate + - * / over the metrics of one period; None when one of them has no data."""
    return _node(ast.parse(expression, mode="eval").body, values, expression)


def state(alarm: dict[str, Any], points: Datapoints) -> str:
    """Return the state that these datapoints mean, by M of N and the treatment of missing data."""
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    treatment = alarm.get("TreatMissingData") or "missing"
    breaching = COMPARISONS[alarm["ComparisonOperator"]]
    real = [breaching(value, alarm["Threshold"]) for value in points if value is not None]
    missing = len(points) - len(real)
    if sum(real) >= needed:
        return "ALARM"
    if missing and treatment == "ignore":
        return str(alarm["StateValue"])
    if not real and treatment == "missing":
        return "INSUFFICIENT_DATA"
    if treatment == "breaching" and sum(real) + missing >= needed:
        return "ALARM"
    return "OK"


def _series(
    metric: tuple[str, str, dict[str, str]], stat: str, period: int, count: int, end: float
) -> Datapoints:
    start = end - period * count
    windows: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for point in metrics.points(*metric, start, end):
        windows[int((point["Timestamp"] - start) // period)].append(point)
    return [_value(window, stat) for window in windows]


def _value(points: list[dict[str, Any]], stat: str) -> float | None:
    if not points:
        return None
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), stat, points)
    return None if value is None else float(value)


def _node(node: ast.expr, values: dict[str, float | None], expression: str) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = (_node(side, values, expression) for side in (node.left, node.right))
        if left is None or right is None or (right == 0 and isinstance(node.op, ast.Div)):
            return None
        return OPERATORS[type(node.op)](left, right)
    raise UnsupportedMathError(
        f"metric math {expression!r}: only + - * / of metric ids and numbers"
    )
