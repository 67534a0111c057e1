"""The report of a completed run: a regime change at 27 h, an alarm, a second model."""

import math
from datetime import UTC, datetime, timedelta

from demo.features import Minute

START = datetime(2024, 10, 10, tzinfo=UTC)


def at(hours):
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def fee(minute):
    wave = math.sin(2 * math.pi * minute / 60)
    return 2000 * (1 + 0.25 * wave) if minute < 27 * 60 else 8000 * (1 + 0.4 * wave)


def loss(hour):
    return 0.5 if 27 < hour <= 30 else 0.1 + 0.01 * (hour % 3)


def rows():
    return [Minute(at(minute / 60), 360, fee(minute)) for minute in range(44 * 60)]


def forecast(hour):
    first = hour * 60 - 35
    level = 1.0 if not 27 < hour <= 30 else 0.4
    median = [level * fee(first + k) for k in range(30)]
    return {
        "time": at(hour),
        "stage": "production",
        "wql": loss(hour),
        "reference_wql": 0.2,
        "naive_wql": 0.25,
        "relative_loss": loss(hour) / 0.2,
        "threshold": 1.0 if hour < 31 else 0.9,
        "breach": 28 < hour <= 32,
        "breach_since": at(28) if 28 < hour <= 32 else None,
        "first_minute": at(first / 60),
        "quantiles": {
            "0.1": [0.8 * value for value in median],
            "0.5": median,
            "0.9": [1.2 * value for value in median],
        },
    }


def forecasts():
    return [forecast(hour) for hour in range(14, 45)]


def model(version, hour):
    return {
        "version": version,
        "algorithm": "deepar",
        "candidate": "deepar",
        "trained_at": at(hour),
        "training_span": f"{at(0)} to {at(hour)}",
        "candidates": [
            {"name": "deepar", "wql": 0.11, "reference_wql": 0.2, "champion_wql": 0.3},
            {"name": "deepar_recent", "wql": 0.12, "reference_wql": 0.2, "champion_wql": 0.3},
        ],
        "verdict": "deepar beats the reference (loss ratio 0.55, 90 % interval 0.40 to 0.70)",
        "approved_at": at(hour),
        "staging_at": at(hour + 0.02),
        "production_at": at(hour + 0.05),
        "production_times": [at(hour + 0.05)],
    }


def retrain(hour, reason, winner):
    return {
        "time": at(hour),
        "reason": reason,
        "outcome": "succeeded",
        "cost": {"seconds": 42.0, "instance_seconds": 60.0, "usd": 0.0021},
        "winner": winner,
        "verdict": "deepar beats the reference" if winner else "the champion stays",
        "contenders": {"deepar": 0.1, "ets": 0.9, "reference": 0.2, "naive": 0.3, "champion": 0.3},
    }


def report():
    keys = set(forecast(14)) - {"first_minute", "quantiles"}
    transactions = {"polled": 960_000, "distinct": 950_400, "in_features": 950_400, "rejected": 3}
    return {
        "transactions": transactions,
        "minutes": {"count": 2640, "first": at(0), "last": at(43.98), "missing": 0},
        "models": [model(1, 13), model(2, 30)],
        "monitoring": [{key: item[key] for key in keys} for item in forecasts()],
        "alarms": [
            {"name": "evergreen-production-loss", "time": at(30), "state": "ALARM"},
            {"name": "evergreen-production-loss", "time": at(33), "state": "OK"},
        ],
        "retrains": [
            retrain(13, "first model", "deepar"),
            retrain(30, "evergreen-production-loss", "deepar"),
            retrain(40, "schedule", None),
        ],
        "api": {
            "status": 200,
            "version": 2,
            "newest_minute": at(43.98),
            "forecast": [
                {"minute": at(44), "mean": 5.5, "quantiles": {"0.1": 4.0, "0.5": 5.0, "0.9": 6.0}}
            ],
        },
        "iam": {
            "calls": 59_828,
            "denied": 0,
            "denials": [],
            "unused": [
                {
                    "role": "evergreen-firehose",
                    "statement": "UseKey",
                    "action": "kms:Decrypt",
                    "reason": "AWS makes the call itself: Firehose",
                }
            ],
        },
        "terraform": {"resources": 202, "second_plan_changes": 0},
        "wall_seconds": {"total": 301.5, "start": 2.1, "apply": 45.0, "loop": 230.4},
    }
