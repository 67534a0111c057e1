"""A monitoring result as records of SageMaker Model Monitor, one per minute. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from common import times
from common.events import Event, Time, TimeText

VERSION = "0"
MEDIAN = "0.5"


class MonitoringResult(Event):
    """The fields that are read of `monitoring/<stage>/.../<inference id>.json`."""

    stage: str
    time: TimeText
    inference_id: str
    first_minute: Time
    truth: list[float | None]  # satoshi
    quantiles: dict[str, list[float]]

    @property
    def name(self) -> str:
        """Key of the records below their folder."""
        hour = times.parse(self.time).strftime("%Y/%m/%d/%H")
        return f"{self.stage}/{hour}/{self.inference_id}.jsonl"

    @property
    def known_minutes(self) -> list[int]:
        """Positions of the minutes that have a truth."""
        return [k for k, value in enumerate(self.truth) if value is not None]

    def event_id(self, minute: int) -> str:
        """Return the id by which truth and forecast of a minute are matched."""
        return f"{self.inference_id}-{minute}"


def ground_truth(result: MonitoringResult) -> str:
    """Return one JSON line per known minute in the format of ground truth data."""
    return _lines(
        {
            "groundTruthData": {"data": f"{result.truth[k]}", "encoding": "CSV"},
            "eventMetadata": {"eventId": result.event_id(k)},
            "eventVersion": VERSION,
        }
        for k in result.known_minutes
    )


def forecasts(result: MonitoringResult) -> str:
    """Return the median forecast of the same minutes in the format of data capture."""
    return _lines(
        {
            "captureData": {
                "endpointInput": _csv("INPUT", times.iso(result.first_minute + k * times.MINUTE)),
                "endpointOutput": _csv("OUTPUT", f"{result.quantiles[MEDIAN][k]}"),
            },
            "eventMetadata": {"eventId": result.event_id(k), "inferenceTime": result.time},
            "eventVersion": VERSION,
        }
        for k in result.known_minutes
    )


def _csv(mode: str, data: str) -> dict[str, str]:
    return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}


def _lines(records: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)
