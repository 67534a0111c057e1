"""What must be true at the end for the loop to have turned; each in a sentence."""

from typing import Any


def failures(report: dict[str, Any], *, complete: bool) -> list[str]:
    """Return what is wrong; `complete` streams are long enough for the whole loop."""
    found = []
    transactions = report["transactions"]
    if transactions["in_features"] != transactions["distinct"]:
        found.append(
            f"③ the features hold {transactions['in_features']:,} transactions, the archive "
            f"{transactions['distinct']:,}."
        )
    if transactions["polled"] < transactions["distinct"]:
        found.append("① fewer transactions were polled than archived.")
    if changes := report["terraform"]["second_plan_changes"]:
        found.append(f"A second terraform plan would change {changes} resources.")
    if complete:
        found += _incomplete(report)
    return found


def remarks(report: dict[str, Any]) -> list[str]:
    """Return what the stream did not bring about, which is no failure of the loop."""
    deployed = _deployed(report)
    if not report["models"]:
        return ["No model was trained."]
    if not deployed:
        return ["No model reached production."]
    if len(deployed) == 1:
        return [
            "One model served production to the end: its loss never stayed over the threshold, "
            "so nothing had to be retrained."
            if not _alarms(report)
            else "The alarm fired, but no second model reached production before the end."
        ]
    after = [
        one
        for one in report["monitoring"]
        if one["stage"] == "production" and one["time"] > deployed[-1]["production_at"]
    ][-3:]
    bad = [one for one in after if one["threshold"] is not None and one["wql"] > one["threshold"]]
    return ["The newest model is worse than its threshold, too."] if len(bad) > 1 else []


def _incomplete(report: dict[str, Any]) -> list[str]:
    deployed, alarms = _deployed(report), _alarms(report)
    if not deployed:
        return ["⑥ no model reached production."]
    found = []
    if not report["monitoring"]:
        found.append("⑦ production was never measured.")
    if not alarms:
        found.append("⑦ the alarm did not fire after the change of regime.")
    elif not any(model["trained_at"] >= alarms[0]["time"] for model in deployed):
        found.append("⑧ no model that the alarm asked for reached production.")
    return found


def _deployed(report: dict[str, Any]) -> list[dict[str, Any]]:
    models = [model for model in report["models"] if model["production_at"]]
    return sorted(models, key=lambda model: str(model["production_at"]))


def _alarms(report: dict[str, Any]) -> list[dict[str, Any]]:
    changes = [
        change
        for change in report["alarms"]
        if change["state"] == "ALARM" and change["name"].endswith("-production-loss")
    ]
    return sorted(changes, key=lambda change: str(change["time"]))
