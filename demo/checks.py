"""Conditions that a completed run must meet."""

from typing import Any


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
    if not report["models"]:
        reason = training_failure or "no training was started before the end of the stream"
        return [*found, f"④ no model was trained: {reason}"]
    return [*found, *_incomplete(report)] if complete else found


def remarks(report: dict[str, Any]) -> list[str]:
    """Return remarks on what the stream did not cause, which are not failures of the loop."""
    deployed = deployed_models(report)
    if not report["models"]:
        return []
    if not deployed:
        return ["No model reached production."]
    if len(deployed) == 1:
        return [
            "One model served production to the end: its loss never stayed above the threshold, "
            "so no retraining was needed."
            if not _alarms(report)
            else "The alarm fired, but no second model reached production before the end."
        ]
    newest = [
        result
        for result in report["monitoring"]
        if result["stage"] == "production" and result["time"] > deployed[-1]["production_at"]
    ][-3:]
    bad = any(result["breach"] for result in newest)
    return ["The newest model's relative loss is above its threshold as well."] if bad else []


def _incomplete(report: dict[str, Any]) -> list[str]:
    deployed, alarms = deployed_models(report), _alarms(report)
    if not deployed:
        return ["⑥ no model reached production."]
    found = []
    if not report["monitoring"]:
        found.append("⑦ production was never measured.")
    if not alarms:
        found.append("⑦ the alarm did not fire after the regime change.")
    elif not any(model["trained_at"] >= alarms[0]["time"] for model in deployed):
        found.append("⑧ no model that was trained after the alarm reached production.")
    return found


def deployed_models(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the models that were in production, in order of their deployment."""
    models = [model for model in report["models"] if model["production_at"]]
    return sorted(models, key=lambda model: str(model["production_at"]))


def _alarms(report: dict[str, Any]) -> list[dict[str, Any]]:
    changes = [
        change
        for change in report["alarms"]
        if change["state"] == "ALARM" and change["name"].endswith("-production-loss")
    ]
    return sorted(changes, key=lambda change: str(change["time"]))
