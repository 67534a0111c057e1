"""The variables of a tabular model, completed by those that only the forecaster has."""

import json
from collections.abc import Mapping
from typing import Any

from cli.root_modules import MODELS

BAKE_INSTANCE = "ml.m5.large"  # terraform/tabular/main.tf
# There is no stream, no feature store, and no tournament of several candidates.
WITHOUT_STREAM: dict[str, Any] = {
    "engine": "lambda",
    "features": {"compaction_schedule": "", "versions": {}},
    "flink": {"parallelism": 0, "shards": 0},
    "network": None,
    "poller": {
        "desired_count": 0,
        "poll_seconds": 60,
        "simulator": {"rate": 0.0},
        "source": "simulator",
    },
    "tracking": {"server_size": None},
}


def completed(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of terraform/tabular with those of terraform/."""
    return {
        **variables,
        **WITHOUT_STREAM,
        "monitoring": {**variables["monitoring"], "stages": ["production"]},
        "training": {**variables["training"], "candidates": []},
    }


def compared_columns(model: str) -> int:
    """Return the columns that monitoring jobs compare: texts by their values, and predictions."""
    record = json.loads((MODELS / model / "record.json").read_text())
    return sum(len(feature.get("enum", [None])) for feature in record["features"]) + 1
