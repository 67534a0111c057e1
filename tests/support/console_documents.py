"""Documents of a loop of a week, as the console reads them: an alarm, approvals, dead letters."""

import math
import random
from datetime import datetime, timedelta

from common.times import MINUTE, iso

NOW = datetime.fromisoformat("2024-10-17T12:34:00+00:00")
HOURS = 24 * 7
CHANGE = 150  # hour at which the stream becomes harder to forecast
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/evergreen-training/execution/"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models/"
BOOK = "https://example.com/runbook.md#"


def documents():
    """Return the parts of the feed by name."""
    noise = random.Random(7)
    readings = [_reading(number, noise) for number in range(HOURS)]
    runs = [_run(number, noise) for number in range(6)]
    return {
        "cost": {
            "total": 74.75,
            "services": {"SageMaker": 48.2, "CloudWatch": 12.3, "Fargate": 9.1, "Others": 5.15},
        },
        "drift": _drift(),
        "history": {
            "models": [_model(1), _model(2), _model(3)],
            "retrains": [_retrain(run) for run in runs],
        },
        "log": _log(),
        "readings": readings,
        "runs": {"runs": runs},
        "since": "2024-10-10T12:00:00Z",
        "status": _status(readings),
    }


def _hour(number):
    return iso(NOW.replace(minute=0) - timedelta(hours=HOURS - 1 - number))


def _reading(number, noise):
    hard = 1.6 if number >= CHANGE else 1.0
    reference = 0.22 * (1 + 0.1 * math.sin(number / 4)) * noise.uniform(0.9, 1.1)
    loss = reference * 0.82 * hard * noise.uniform(0.93, 1.07)
    first = datetime.fromisoformat(_hour(number)) - 31 * MINUTE
    median = [2000 + 150 * math.sin((number * 60 + n) / 12) for n in range(30)]
    truth = [value * hard**0.5 * noise.uniform(0.86, 1.14) for value in median]
    truth[4] = None
    return {
        "time": _hour(number),
        "wql": loss,
        "reference_wql": reference,
        "naive_wql": reference * 1.3,
        "relative_loss": loss / reference,
        "threshold": 1.1,
        "breach": number > CHANGE + 2,
        "windows": [
            {
                "first_minute": iso(first),
                "truth": truth,
                "quantiles": {
                    "0.1": [v * 0.85 for v in median],
                    "0.5": median,
                    "0.9": [v * 1.15 for v in median],
                },
            }
        ],
    }


def _run(number, noise):
    contenders = {
        "reference": 0.22,
        "champion": noise.uniform(0.18, 0.23),
        "deepar": noise.uniform(0.16, 0.21),
        "deepar_recent": noise.uniform(0.17, 0.22),
        "ets": noise.uniform(0.2, 0.26),
    }
    won = number % 2 == 0
    best = min(contenders, key=contenders.get) if won else None
    return {
        "execution_id": f"run{number}",
        "execution_arn": f"{ARN}run{number}",
        "time": _hour(24 * number + 10),
        "trigger": "schedule" if number < 5 else "alarm",
        "reason": "weekly" if number < 5 else "evergreen-production-loss is in ALARM",
        "outcome": "new version" if won else "champion kept",
        "failure": None,
        "verdict": {"winner": best, "reason": f"{best or 'the champion'} is better in 21 of 24"},
        "contenders": {name: {"mean_wql": wql} for name, wql in contenders.items()},
        "version": number // 2 + 1 if won else None,
    }


def _retrain(run):
    cost = {"seconds": 412.0, "instance_seconds": 900.0, "usd": 0.0312}
    return {"execution_arn": run["execution_arn"], "cost": cost}


def _model(version):
    row = {
        "name": "deepar",
        "wql": 0.2 - 0.01 * version,
        "reference_wql": 0.22,
        "champion_wql": 0.2,
        "naive_wql": 0.3,
    }
    served = [_hour(40 * version)] if version < 3 else []
    return {
        "version": version,
        "candidate": "deepar",
        "trained_at": _hour(40 * version - 2),
        "candidates": [row],
        "windows": 24,
        "verdict": "deepar beats the reference in 21 of 24 windows",
        "approval": "Approved" if version < 3 else "PendingManualApproval",
        "staging_at": _hour(40 * version) if version < 3 else None,
        "production_at": next(iter(served), None),
        "production_times": served,
    }


def _drift():
    def feature(name, score):
        reason = "PSI 0.31 (limit 0.20), KS 0.25 (limit 0.15), Wasserstein 0.10 (limit 0.20)"
        return {"name": name, "score": score, "drifted": (score or 0) > 1, "reason": reason}

    return {
        "endpoint": "evergreen-production",
        "time": _hour(HOURS - 2),
        "features": [feature("avg_fee_1min", 1.55), feature("total_nb_trx_1min", 0.4)],
        "without_baseline": ["prediction"],
    }


def _event(number, kind, **detail):
    return {"id": str(number), "time": _hour(number), "detail-type": kind, "detail": detail}


def _log():
    approval = {"by": "arn:aws:sts::1:assumed-role/evergreen-operator/kim", "comment": "good"}
    return [
        _event(78, "Retraining Started", trigger="schedule", reason="weekly"),
        _event(79, "Tournament Decided", winner="deepar", reason="better in 21 of 24 windows"),
        _event(
            80,
            "Model Deployed",
            stage="production",
            package_version=2,
            approval=approval | {"path": "evergreen approve"},
        ),
        _event(153, "Drift Detected", stage="production", features=["avg_fee_1min"]),
        _event(154, "Retraining Started", trigger="alarm", reason="production-loss is in ALARM"),
        _event(155, "Deployment Failed", stage="staging", error="ForecastError", cause="NaN"),
    ]


def _alarm(name, state, stage, meaning, action):
    return {
        "name": f"evergreen-{name}",
        "state": state,
        "since": _hour(CHANGE + 3),
        "reason": None,
        "stage": stage,
        "meaning": meaning,
        "first_action": action,
        "runbook": f"{BOOK}{name}",
    }


def _status(readings):
    names = ("time", "wql", "reference_wql", "naive_wql", "relative_loss", "threshold", "breach")
    return {
        "prefix": "evergreen",
        "now": iso(NOW),
        "paused": None,
        "poller": {"status": "ACTIVE", "running": 1, "desired": 1},
        "rejected_items": {"count": 0, "reason": None},
        "dead_letters": [
            {"queue": "evergreen-window-aggregator-dead-letters", "stage": "2"}
            | {"messages": 3, "hidden": 0},
            {"queue": "evergreen-undelivered", "stage": "shared", "messages": 0, "hidden": 0},
        ],
        "minutes": {
            "newest_minute": iso(NOW - 2 * MINUTE),
            "age_minutes": 2,
            "known": 60,
            "requested": 60,
            "transactions": 48_211,
        },
        "training": {
            "execution_arn": f"{ARN}run5",
            "status": "Succeeded",
            "started": _hour(HOURS - 5),
            "step": "Evaluate",
            "failure": None,
        },
        "pending": [
            {"stage": "staging", "version": 3, "since": _hour(HOURS - 3), "package_arn": PACKAGE}
        ],
        "deployment": None,
        "failed_deployments": [],
        "endpoints": [
            {"stage": "production", "endpoint": "evergreen-production", "status": "InService"}
            | {"version": 2, "since": _hour(80)},
            {"stage": "staging", "endpoint": "evergreen-staging", "status": None}
            | {"version": None, "since": None},
        ],
        "monitoring_results": [{name: row[name] for name in names} for row in readings[-5:]],
        "threshold": {"value": 1.1, "set_by": f"{PACKAGE}2"},
        "alarms": [
            _alarm(
                "production-loss",
                "ALARM",
                "7",
                "Relative loss of production exceeds the threshold of its version in 2 of 3 hours",
                "evergreen status and evergreen history: what was trained, what was decided?",
            ),
            _alarm(
                "features-stale",
                "OK",
                "3",
                "No minute row was written for 30 minutes",
                "If poller-stalled is in ALARM too, start there.",
            ),
            _alarm(
                "smoke-test-errors",
                "INSUFFICIENT_DATA",
                "6",
                "evergreen-smoke-test failed; see its log",
                "The log group has the exception.",
            ),
        ],
    }
