"""A monitoring result as records of data capture and ground truth, one per forecast. Pure.

Paths and ids are those of the endpoint's own data capture, which has the same requests as far as
its sampling goes: ground truth is matched by inference id. A record has the values of all minutes
of the forecast as one line of CSV; a value that is not known is empty.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from pydantic import FiniteFloat, model_validator

from common import times
from common.events import Event, Time, TimeText

VERSION = "0"
Values = Sequence[float | None]


class Window(Event):
    """The fields that are read of one window."""

    inference_id: str
    first_minute: Time
    truth: list[FiniteFloat | None]  # satoshi
    quantiles: dict[str, list[FiniteFloat]] | None = None  # None: no forecast was requested
    mean: list[FiniteFloat] | None = None

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        forecasts = {"mean": self.mean or [], **(self.quantiles or {})}
        for name, values in forecasts.items():
            if values and len(values) != len(self.truth):
                raise ValueError(f"{len(self.truth)} values of {name} as of truth")
        return self

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the forecast (satoshi) and the actual value of each minute."""
        for k, truth in enumerate(self.truth):
            yield {
                "minute": times.iso(self.first_minute + k * times.MINUTE),
                "truth": truth,
                "mean": self.mean[k] if self.mean else None,
                **{
                    f"q{float(level) * 100:g}": values[k]
                    for level, values in (self.quantiles or {}).items()
                },
            }


class MonitoringResult(Event):
    """The fields that are read of a monitoring result."""

    stage: str
    time: TimeText
    trigger: str = "schedule"
    endpoint: str
    variant: str
    package_arn: str | None
    windows: list[Window]

    @property
    def name(self) -> str:
        """Key of the records below their folder: endpoint, variant and hour of the forecasts."""
        hour = times.parse(self.time).strftime("%Y/%m/%d/%H")
        file = f"{self.stage}-{self.time}-{self.trigger}.jsonl"
        return f"{self.endpoint}/{self.variant}/{hour}/{file}"

    @property
    def forecasts(self) -> list[Window]:
        """The windows that have a forecast."""
        return [window for window in self.windows if window.mean is not None]


def ground_truth(result: MonitoringResult) -> str:
    """Return the actual values of every forecast in the format of ground truth data."""
    return _lines(
        {
            "groundTruthData": {"data": _csv(window.truth), "encoding": "CSV"},
            "eventMetadata": {"eventId": window.inference_id},
            "eventVersion": VERSION,
        }
        for window in result.forecasts
    )


def captures(result: MonitoringResult) -> str:
    """Return the mean forecasts in the format of data capture; the input is the first minute."""
    return _lines(
        {
            "captureData": {
                "endpointInput": _captured("INPUT", times.iso(window.first_minute)),
                "endpointOutput": _captured("OUTPUT", _csv(window.mean or [])),
            },
            "eventMetadata": {
                "eventId": window.inference_id,
                "inferenceId": window.inference_id,
                "inferenceTime": result.time,
            },
            "eventVersion": VERSION,
        }
        for window in result.forecasts
    )


def predictions(result: MonitoringResult) -> str:
    """Return one JSON line per forecast minute with its actual value, for SQL."""
    return _lines(
        {
            "stage": result.stage,
            "endpoint": result.endpoint,
            "variant": result.variant,
            "inference_id": window.inference_id,
            "package_arn": result.package_arn,
            "measured_at": result.time,
            **row,
        }
        for window in result.forecasts
        for row in window.rows()
    )


def _captured(mode: str, data: str) -> dict[str, str]:
    return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}


def _csv(values: Values) -> str:
    return ",".join("" if value is None else f"{value}" for value in values)


def _lines(records: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)
