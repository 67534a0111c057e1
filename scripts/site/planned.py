"""References of alarms, metrics, events and schedules, from a plan of Terraform. Pure.

The names are those of the default prefix.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.site.tables import table

Changes = list[dict[str, Any]]
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanOrEqualToThreshold": "≤",
    "LessThanThreshold": "<",
}
RUNBOOK = re.compile(r":? *\S*docs/runbook\.md#(?P<anchor>[\w-]+)")


def alarms(changes: Changes) -> str:
    """Return the page of the alarms."""
    rows = []
    for alarm in sorted(_all(changes, "aws_cloudwatch_metric_alarm"), key=_alarm_name):
        text = alarm.get("alarm_description") or ""
        found = RUNBOOK.search(text)
        link = f" ([what to do](../docs/runbook.md#{found['anchor']}))" if found else ""
        rows.append((f"`{_alarm_name(alarm)}`", f"{RUNBOOK.sub('', text)}{link}", _rule(alarm)))
    head = "# Alarms\n\nOf the default configuration, with the default prefix.\n\n"
    return head + table(("alarm", "meaning", "in ALARM if"), rows) + "\n"


def metrics(changes: Changes) -> str:
    """Return the page of the metrics that alarms and dashboards read."""
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for alarm in _all(changes, "aws_cloudwatch_metric_alarm"):
        for key in _metrics(alarm):
            used[key].add(f"`{_alarm_name(alarm)}`")
    for dashboard in _all(changes, "aws_cloudwatch_dashboard"):
        for key in _charted(json.loads(dashboard.get("dashboard_body") or "{}")):
            used[key].add("a dashboard")
    rows = [
        (f"`{namespace}`", f"`{name}`", ", ".join(sorted(where)))
        for (namespace, name), where in sorted(used.items())
    ]
    head = (
        "# Metrics\n\nThose that an alarm or a dashboard reads. `Evergreen/…` are the loop's own "
        "(their namespace ends with the prefix), the others are those of the AWS services. Scores "
        "of forecasts are described in [monitoring](../docs/monitoring.md#metrics).\n\n"
    )
    return head + table(("namespace", "metric", "read by"), rows) + "\n"


def events(changes: Changes) -> str:
    """Return the page of the event rules and schedules."""
    patterns, schedules = [], []
    for rule in sorted(_all(changes, "aws_cloudwatch_event_rule"), key=lambda rule: rule["name"]):
        text = rule.get("description") or ""
        if expression := rule.get("schedule_expression"):
            schedules.append((f"`{expression}`", text, f"`{rule['name']}`"))
        elif pattern := rule.get("event_pattern"):
            bus = f"`{rule.get('event_bus_name') or 'default'}`"
            patterns.append((text, bus, f"`{_compact(pattern)}`", f"`{rule['name']}`"))
    return "\n\n".join([
        "# Events and schedules",
        "Rules of the default configuration, with the default prefix. The events that the loop "
        "itself sends are in [architecture](../docs/architecture.md#decision-log).",
        "## Events",
        table(("event -> what follows", "bus", "pattern", "rule"), patterns),
        "## Schedules",
        table(("schedule", "what follows", "rule"), schedules),
    ]) + "\n"  # fmt: skip


def _all(changes: Changes, kind: str) -> Iterator[dict[str, Any]]:
    for change in changes:
        if change["type"] == kind and change["mode"] == "managed":
            yield change["change"]["after"]


def _alarm_name(alarm: dict[str, Any]) -> str:
    return str(alarm["alarm_name"])


def _rule(alarm: dict[str, Any]) -> str:
    """Return when an alarm is in ALARM, in words."""
    queries = alarm.get("metric_query") or []
    computed = [q["expression"] for q in queries if q.get("expression")]
    statistics = alarm.get("statistic") or alarm.get("extended_statistic")
    what = computed[0] if computed else f"{statistics} of {alarm.get('metric_name')}"
    seconds = alarm.get("period") or max((_period(q) for q in queries), default=0)
    periods = alarm["evaluation_periods"]
    needed = alarm.get("datapoints_to_alarm") or periods
    when = f"{needed} of {periods} periods of {seconds} s"
    return f"{what} {COMPARISONS[alarm['comparison_operator']]} {alarm['threshold']:g} in {when}"


def _period(query: dict[str, Any]) -> int:
    return max((one["period"] for one in query.get("metric") or []), default=0)


def _metrics(alarm: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if alarm.get("metric_name"):
        yield alarm["namespace"], alarm["metric_name"]
    for query in alarm.get("metric_query") or []:
        for one in query.get("metric") or []:
            yield one["namespace"], one["metric_name"]


def _charted(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the metrics of a dashboard; `.` repeats the value of the line above."""
    for widget in body.get("widgets", []):
        above: list[Any] = []
        for line in widget["properties"].get("metrics", []):
            if isinstance(line[0], dict):  # an expression
                continue
            found = [above[n] if value == "." else value for n, value in enumerate(line)]
            above = found
            yield found[0], found[1]


def _compact(pattern: str) -> str:
    document = json.loads(pattern)
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def unknown(changes: Changes) -> Iterable[str]:
    """Return the dashboards whose content is known only after an apply."""
    for change in changes:
        after = change["change"].get("after_unknown") or {}
        if change["type"] == "aws_cloudwatch_dashboard" and after.get("dashboard_body"):
            yield change["address"]
