"""The summary table of a run."""

from statistics import mean
from typing import Any

from cli.queries.models import scores
from cli.training_cost import text
from common.deepar import QUANTILE_LEVELS
from demo.checks import production_periods
from demo.progress import CROSSED

MAX_TIMES = 3  # per alarm; more are shown as first, last and number


def render(report: dict[str, Any]) -> str:
    """Return a summary in about a dozen lines."""
    transactions, minutes = report["transactions"], report["minutes"]
    lines = [
        f"transactions   {transactions['polled']:,} polled, "
        f"{transactions['distinct']:,} distinct, "
        f"{transactions['in_features']:,} in features, {transactions['rejected']:,} rejected",
        f"minutes        {minutes['count']:,} from {_short(minutes['first'])} to "
        f"{_short(minutes['last'])}, {minutes['missing']:,} missing",
    ]
    lines += [_model(model, report) for model in report["models"]]
    alarms: dict[str, list[str]] = {}
    for alarm in report["alarms"]:
        if alarm["state"] == "ALARM":
            alarms.setdefault(alarm["name"], []).append(_short(alarm["time"]))
    lines += [f"alarm          {_times(times)}  {name}" for name, times in alarms.items()]
    for retrain in report["retrains"]:
        reason = retrain["reason"].partition(CROSSED)[0]  # the report has the complete reason
        line = f"retraining     {_short(retrain['time'])}  {retrain['outcome']}: {reason}"
        lines.append(", ".join(filter(None, (line, text(retrain["cost"])))))
    if (report["api"] or {}).get("status") == 200:
        lines.append(_prediction(report["api"]))
    terraform, wall = report["terraform"], report["wall_seconds"]
    changes = terraform["second_plan_changes"]
    lines.append(
        f"terraform      {terraform['resources']} resources, second plan: {changes} changes"
    )
    phases = ", ".join(f"{name} {s:.0f}" for name, s in wall.items() if name != "total")
    lines.append(f"seconds        {wall['total']:.0f} ({phases})")
    return "\n".join(lines)


def _prediction(answer: dict[str, Any]) -> str:
    first = answer["forecast"][0]
    low, middle, high = (first["quantiles"][level] for level in QUANTILE_LEVELS)
    return (
        f"API            GET /forecast after {_short(answer['newest_minute'])}: model "
        f"{answer['version']}, {len(answer['forecast'])} minutes, the first {middle:,.0f} "
        f"satoshi ({low:,.0f} to {high:,.0f})"
    )


def _model(model: dict[str, Any], report: dict[str, Any]) -> str:
    row = scores(model)
    text = (
        f"model {model['version']:<8} {model['candidate']}, trained "
        f"{_short(model['trained_at'])}, wQL {row['wql']:.3f} (reference "
        f"{row['reference_wql']:.3f})"
    )
    version = model["version"]
    periods = [(b, e) for b, e, m in production_periods(report) if m["version"] == version]
    if not periods:
        return f"{text}, not in production"
    losses = [
        result["wql"]
        for result in report["monitoring"]
        if result["stage"] == "production"
        and any(begin <= result["time"] < end for begin, end in periods)
        and result["wql"] is not None
    ]
    measured = f"wQL {mean(losses):.3f} in {len(losses)} h" if losses else "not measured"
    since = _times([_short(begin) for begin, _ in periods])
    return f"{text}, production {since}: {measured}"


def _times(times: list[str]) -> str:
    if len(times) <= MAX_TIMES:
        return ", ".join(times)
    return f"{times[0]} … {times[-1]}, {len(times)} times"


def _short(time: str | None) -> str:
    return time[:16].replace("T", " ") if time else "-"
