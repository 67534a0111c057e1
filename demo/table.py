"""The short table at the end."""

from statistics import mean
from typing import Any

from demo.progress import CROSSED

SHOWN = 3  # times that an alarm rang; of more there is the number


def render(report: dict[str, Any]) -> str:
    """Say what happened in a dozen lines."""
    transactions, minutes = report["transactions"], report["minutes"]
    lines = [
        f"transactions   {transactions['polled']:,} polled, "
        f"{transactions['distinct']:,} distinct, "
        f"{transactions['in_features']:,} in features, {transactions['set_aside']:,} set aside",
        f"minutes        {minutes['count']:,} from {_short(minutes['first'])} to "
        f"{_short(minutes['last'])}, {minutes['missing']:,} missing",
    ]
    lines += [_model(model, report) for model in report["models"]]
    rang: dict[str, list[str]] = {}
    for alarm in report["alarms"]:
        if alarm["state"] == "ALARM":
            rang.setdefault(alarm["name"], []).append(_short(alarm["time"]))
    lines += [f"alarm          {_times(times)}  {name}" for name, times in rang.items()]
    for retrain in report["retrains"]:
        why = retrain["reason"].partition(CROSSED)[0]  # the report has all of it
        lines.append(f"retraining     {_short(retrain['time'])}  {retrain['outcome']}: {why}")
    terraform, wall = report["terraform"], report["wall_seconds"]
    changes = terraform["second_plan_changes"]
    lines.append(
        f"terraform      {terraform['resources']} resources, second plan: {changes} changes"
    )
    phases = ", ".join(f"{name} {s:.0f}" for name, s in wall.items() if name != "total")
    lines.append(f"seconds        {wall['total']:.0f} ({phases})")
    return "\n".join(lines)


def _model(model: dict[str, Any], report: dict[str, Any]) -> str:
    backtest = model["backtest"]
    text = (
        f"model {model['version']:<8} trained {_short(model['trained_at'])}, backtest wQL "
        f"{backtest['wql']:.3f} (naive {backtest['naive_wql']:.3f})"
    )
    if not model["production_at"]:
        return f"{text}, not in production"
    begun = model["production_at"]
    ends = [m["production_at"] for m in report["models"] if (m["production_at"] or "") > begun]
    losses = [
        one["wql"]
        for one in report["monitoring"]
        if one["stage"] == "production" and begun <= one["time"] < min(ends, default="9")
    ]
    measured = f"{mean(losses):.3f} in {len(losses)} readings" if losses else "not measured"
    return f"{text}, production {_short(begun)}: {measured}"


def _times(times: list[str]) -> str:
    if len(times) <= SHOWN:
        return ", ".join(times)
    return f"{times[0]} … {times[-1]}, {len(times)} times"


def _short(time: str | None) -> str:
    return time[:16].replace("T", " ") if time else "-"
