"""Conditions that a completed run must meet."""

from itertools import pairwise
from typing import Any

FOREVER = "9999-12-31T23:59:59Z"


def failures(
    report: dict[str, Any], *, complete: bool, training_failure: str | None = None
) -> list[str]:
    """Return the conditions that are not met.

    A `complete` stream is long enough for the whole loop; `training_failure` is the reason why
    the first training registered no model.
    """
    found = []
    transactions = report["transactions"]
    if transactions["in_features"] != transactions["distinct"]:
        found.append(
            f"③ the features have {transactions['in_features']:,} transactions, the archive "
            f"{transactions['distinct']:,}."
        )
    if transactions["polled"] < transactions["distinct"]:
        found.append("① fewer transactions were polled than archived.")
    if changes := report["terraform"]["second_plan_changes"]:
        found.append(f"A second terraform plan would change {changes} resources.")
    found += [
        f"IAM denied {denial['action']} on {denial['resource']} to {denial['principal']} "
        f"{denial['times']} times, {denial['reason']}."
        for denial in report["iam"]["denials"]
    ]
    if not report["models"]:
        reason = training_failure or "no training was started before the end of the stream"
        return [*found, f"④ no model was trained: {reason}"]
    return [*found, *_incomplete(report)] if complete else found


def remarks(report: dict[str, Any]) -> list[str]:
    """Return remarks on what the stream did not cause, which are not failures of the loop."""
    periods = production_periods(report)
    if not report["models"]:
        return []
    if not periods:
        return ["No model reached production."]
    if len(periods) == 1:
        return [
            "One model served production to the end: its loss never stayed above the threshold, "
            "so no retraining was needed."
            if not _alarms(report)
            else "The alarm fired, but no second model reached production before the end."
        ]
    newest = [
        result
        for result in report["monitoring"]
        if result["stage"] == "production" and result["time"] > periods[-1][0]
    ][-3:]
    bad = any(result["breach"] for result in newest)
    return ["The newest model's relative loss is above its threshold as well."] if bad else []


def _incomplete(report: dict[str, Any]) -> list[str]:
    periods, alarms = production_periods(report), _alarms(report)
    if not periods:
        return ["⑥ no model reached production."]
    found = [
        f"{grant['role']}: the grant {grant['action']} ({grant['statement']}) was never used, and "
        "demo/unused_grants.py has no reason for it."
        for grant in report["iam"]["unused"]
        if grant["reason"] is None
    ]
    if (answer := report["api"] or {}).get("status") != 200:
        found.append(f"The API gave no forecast: {answer.get('detail', 'nothing is deployed')}.")
    if not report["monitoring"]:
        found.append("⑦ production was never measured.")
    if not alarms:
        found.append("⑦ the alarm did not fire after the regime change.")
    elif not any(model["trained_at"] >= alarms[0]["time"] for _, _, model in periods):
        found.append("⑧ no model that was trained after the alarm reached production.")
    return found


def production_periods(report: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return begin, end and model of every period in production, oldest first.

    A model that serves again after a rollback has several; the end of the last one is FOREVER.
    """
    deployed = [(time, model) for model in report["models"] for time in model["production_times"]]
    deployed.sort(key=lambda deployment: deployment[0])
    following = pairwise([*deployed, (FOREVER, {})])
    return [(begin, end, model) for (begin, model), (end, _) in following]


def _alarms(report: dict[str, Any]) -> list[dict[str, Any]]:
    changes = [
        change
        for change in report["alarms"]
        if change["state"] == "ALARM" and change["name"].endswith("-production-loss")
    ]
    return sorted(changes, key=lambda change: str(change["time"]))
