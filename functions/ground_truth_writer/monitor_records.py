"""A monitoring result as records of SageMaker Model Monitor, one per minute of a window. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import Field, FiniteFloat

from common import times
from common.events import Event, Time, TimeText

VERSION = "0"


class Record(NamedTuple):
    """A minute whose truth and forecast are known."""

    event_id: str  # by which truth and forecast are matched
    minute: str
    truth: float  # satoshi
    median: float


class Quantiles(Event):
    """The quantiles of a forecast (satoshi)."""

    median: list[FiniteFloat] = Field(alias="0.5")


class Window(Event):
    """The fields that are read of one window."""

    inference_id: str
    first_minute: Time
    truth: list[FiniteFloat | None]  # satoshi
    quantiles: Quantiles | None = None  # None: no forecast was requested

    def records(self) -> Iterator[Record]:
        """Yield the minutes that have a truth and a forecast."""
        median = self.quantiles.median if self.quantiles else []
        for k, (value, forecast) in enumerate(zip(self.truth, median, strict=False)):
            if value is not None:
                minute = times.iso(self.first_minute + k * times.MINUTE)
                yield Record(f"{self.inference_id}-{k}", minute, value, forecast)


class MonitoringResult(Event):
    """The fields that are read of `monitoring/<stage>/.../<stage>-<time>.json`."""

    stage: str
    time: TimeText
    windows: list[Window]

    @property
    def name(self) -> str:
        """Key of the records below their folder."""
        hour = times.parse(self.time).strftime("%Y/%m/%d/%H")
        return f"{self.stage}/{hour}/{self.stage}-{self.time}.jsonl"

    @property
    def records(self) -> list[Record]:
        """The records of all windows."""
        return [record for window in self.windows for record in window.records()]


def ground_truth(result: MonitoringResult) -> str:
    """Return one JSON line per record in the format of ground truth data."""
    return _lines(
        {
            "groundTruthData": {"data": f"{record.truth}", "encoding": "CSV"},
            "eventMetadata": {"eventId": record.event_id},
            "eventVersion": VERSION,
        }
        for record in result.records
    )


def forecasts(result: MonitoringResult) -> str:
    """Return the median forecast of the same minutes in the format of data capture."""
    return _lines(
        {
            "captureData": {
                "endpointInput": _csv("INPUT", record.minute),
                "endpointOutput": _csv("OUTPUT", f"{record.median}"),
            },
            "eventMetadata": {"eventId": record.event_id, "inferenceTime": result.time},
            "eventVersion": VERSION,
        }
        for record in result.records
    )


def _csv(mode: str, data: str) -> dict[str, str]:
    return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}


def _lines(records: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)
