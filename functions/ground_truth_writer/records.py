"""A reading as records of SageMaker Model Monitor: one a minute, matched by event id. Pure."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from common import times

VERSION = "0"


def known(reading: dict[str, Any]) -> list[int]:
    """Return which minutes of the reading have a truth."""
    return [k for k, value in enumerate(reading["truth"]) if value is not None]


def ground_truth(reading: dict[str, Any]) -> str:
    """Return one JSON line a known minute, in the layout of ground truth data."""
    return _lines(
        {
            "groundTruthData": {"data": f"{reading['truth'][k]}", "encoding": "CSV"},
            "eventMetadata": {"eventId": event_id(reading, k)},
            "eventVersion": VERSION,
        }
        for k in known(reading)
    )


def forecasts(reading: dict[str, Any]) -> str:
    """Return the median forecast of the same minutes, in the layout of data capture."""
    first = times.parse(reading["first_minute"])
    return _lines(
        {
            "captureData": {
                "endpointInput": _part("INPUT", times.iso(first + timedelta(minutes=k))),
                "endpointOutput": _part("OUTPUT", f"{reading['quantiles']['0.5'][k]}"),
            },
            "eventMetadata": {"eventId": event_id(reading, k), "inferenceTime": reading["time"]},
            "eventVersion": VERSION,
        }
        for k in known(reading)
    )


def event_id(reading: dict[str, Any], k: int) -> str:
    """Return what truth and forecast of a minute are matched by."""
    return f"{reading['inference_id']}-{k}"


def _part(mode: str, data: str) -> dict[str, str]:
    return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}


def _lines(records: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)
