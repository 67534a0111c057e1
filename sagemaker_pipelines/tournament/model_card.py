"""The model card of a version, which the model registry shows. Pure.

Schema: "Model package model card schema" in the SageMaker Developer Guide; texts are limited.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAXIMUM_LENGTH = 1024
METRICS = ("mean_wql", "rmse", "mase", "coverage")


@dataclass(frozen=True, slots=True)
class Uses:
    """What a model is for, and what makes it worse."""

    purpose: str
    factors: str


FORECASTER = Uses(
    "Forecast of the average fee (satoshi) of the next minutes",
    "Changes of the stream's level or rhythm",
)


def content(report: Mapping[str, Any], uses: Uses = FORECASTER) -> str:
    """Return the card of evaluation.json's version as JSON text."""
    card = {
        "intended_uses": {
            "intended_uses": uses.purpose[:MAXIMUM_LENGTH],
            "factors_affecting_model_efficiency": uses.factors,
        },
        "training_details": {
            "training_observations": report["summary"][:MAXIMUM_LENGTH],
            "training_job_details": {
                "user_provided_hyper_parameters": [
                    {"name": name, "value": str(value)}
                    for name, value in report["training"].items()
                ]
            },
        },
        "evaluation_details": [
            _evaluation(name, row, report) for name, row in report["contenders"].items()
        ],
        "additional_information": {"caveats_and_recommendations": report["reason"]},
    }
    return json.dumps(card)


def _evaluation(name: str, row: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "evaluation_observation": f"{len(report['windows'])} windows until {report['trained_at']}",
        "metric_groups": [
            {
                "name": "backtest",
                "metric_data": [
                    {"name": metric, "type": "number", "value": row[metric]}
                    for metric in METRICS
                    if row[metric] is not None
                ],
            }
        ],
    }
