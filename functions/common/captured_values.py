"""Rows and numbers in captured requests, answers and ground truth. Pure."""

import base64
import csv
import json
import math
from collections.abc import Sequence
from typing import Any

# What the functions raise for data of other clients.
# OverflowError: an integer of JSON may have hundreds of digits.
UNREADABLE = (
    *(AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError),
    csv.Error,
)


def rows(data: dict[str, Any]) -> Sequence[Any]:
    """Return the raw rows of a captured request to a tabular model: lists or objects.

    CSV has a row per line, JSON `instances`, JSON Lines an instance per line.
    """
    content = text(data)
    if not content.lstrip().startswith(("{", "[")):
        return [cells for cells in csv.reader(content.splitlines()) if cells]
    documents = _documents(content)
    if len(documents) == 1 and isinstance(documents[0], dict) and "instances" in documents[0]:
        return list(documents[0]["instances"])
    return documents


def values(data: dict[str, Any]) -> list[float | None]:
    """Return the numbers of one captured answer or ground truth; None for those not known.

    CSV has them in one line or one column. JSON is DeepAR's (the mean of the one series), or
    `predictions` with numbers, each alone or as `prediction` of an object; JSON Lines has the
    latter one by one.
    """
    content = text(data)
    if data.get("encoding") == "CSV" or not content.lstrip().startswith(("{", "[")):
        lines = content.strip("\r\n").splitlines()
        return [_number(cell) for line in lines for cell in line.split(",")]
    documents = _documents(content)
    if len(documents) > 1 or "prediction" in documents[0]:
        return [_number(one["prediction"]) for one in documents]
    document = documents[0]
    predictions = document["predictions"] if isinstance(document, dict) else document
    if predictions and isinstance(predictions[0], dict):
        if "prediction" in predictions[0]:
            return [_number(one["prediction"]) for one in predictions]
        if len(predictions) != 1:
            raise ValueError(f"{len(predictions)} series in one request, expected one")
        predictions = predictions[0]["mean"]
    return [_number(value) for value in predictions]


def text(data: dict[str, Any]) -> str:
    """Return the captured text of a request or response."""
    content: str = data["data"]
    return base64.b64decode(content).decode() if data.get("encoding") == "BASE64" else content


def _documents(content: str) -> list[Any]:
    """Return one JSON document, or those of the lines."""
    try:
        return [json.loads(content)]
    except ValueError:
        return [json.loads(line) for line in content.split("\n") if line.strip()]


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = float(value)
    return number if math.isfinite(number) else None
