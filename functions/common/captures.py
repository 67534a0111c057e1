"""Records of data capture and ground truth, matched by inference id. Pure.

The record formats are those of SageMaker data capture and Model Monitor, which other clients write
as well: a forecast or truth may be missing, late, there twice, or not readable.
"""

import base64
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from common.errors import bad_value

Record = dict[str, Any]
# OverflowError: an integer of JSON may have hundreds of digits.
UNREADABLE = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Pair:
    """One value of a request with its actual value."""

    event_id: str
    position: int  # in the request
    prediction: float
    label: float


@dataclass
class Merged:
    """What was matched, and what could not be."""

    pairs: list[Pair] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)  # in the format of Model Monitor's merge
    without_truth: int = 0  # requests
    without_capture: int = 0  # ids of ground truth
    malformed: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Return the counts for the report."""
        return {
            "matched_values": len(self.pairs),
            "without_ground_truth": self.without_truth,
            "without_capture": self.without_capture,
            "malformed": len(self.malformed),
            "malformed_examples": self.malformed[:5],
        }


def lines(content: bytes, name: str, malformed: list[str]) -> Iterator[Record]:
    """Yield the JSON objects of a file; lines that are none are appended to `malformed`."""
    # str.splitlines would also split at characters that JSON has within texts, such as U+2028.
    for number, line in enumerate(content.decode("utf-8-sig", "replace").split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (RecursionError, ValueError):
            record = None
        metadata = record.get("eventMetadata") if isinstance(record, dict) else None
        if isinstance(metadata, dict) and (metadata.get("inferenceId") or metadata.get("eventId")):
            yield record
        else:
            where = f"{name}, line {number}"
            malformed.append(bad_value(where, line, "a record with the id of its request"))


def merge(
    captures: Iterable[Record], ground_truth: Iterable[Record], malformed: list[str] | None = None
) -> Merged:
    """Match requests with their actual values.

    Both in order of their collection: the first capture of an id counts (a repeated request has
    the same answer), and the last ground truth, which corrects those before. Ground truth may be
    collected long after the request; a request without one counts as such until it comes.
    """
    merged = Merged(malformed=list(malformed or []))
    requests: dict[str, Record] = {}
    for record in captures:
        requests.setdefault(request_id(record), record)
    truths = {str(record["eventMetadata"].get("eventId")): record for record in ground_truth}
    for name, record in requests.items():
        truth = truths.get(name)
        if truth is None:
            merged.without_truth += 1
            continue
        try:
            _add(merged, name, record, truth)
        except UNREADABLE as error:
            merged.malformed.append(f"{name}: {error!r}"[:300])
    merged.without_capture = len(truths.keys() - requests.keys())
    return merged


def request_id(record: Record) -> str:
    """Return the inference id of a captured request, or the id that data capture gave it."""
    metadata = record["eventMetadata"]
    return str(metadata.get("inferenceId") or metadata.get("eventId"))


def _add(merged: Merged, name: str, record: Record, truth: Record) -> None:
    predictions = values(record["captureData"]["endpointOutput"])
    labels = values(truth["groundTruthData"])
    if len(predictions) != len(labels):
        raise ValueError(f"{len(predictions)} predictions, but {len(labels)} actual values")
    for position, (prediction, label) in enumerate(zip(predictions, labels, strict=True)):
        if prediction is None or label is None:
            continue
        merged.pairs.append(Pair(name, position, prediction, label))
        merged.records.append(
            {
                "eventVersion": "0",
                "groundTruthData": {"data": f"{label}", "encoding": "CSV"},
                "captureData": {
                    "endpointInput": record["captureData"].get("endpointInput"),
                    "endpointOutput": {
                        "observedContentType": "text/csv",
                        "mode": "OUTPUT",
                        "data": f"{prediction}",
                        "encoding": "CSV",
                    },
                },
                "eventMetadata": {
                    **record["eventMetadata"],
                    "eventId": f"{name}-{position}",
                    "inferenceId": f"{name}-{position}",
                },
            }
        )


def text(data: Record) -> str:
    """Return the captured text of a request or response."""
    content: str = data["data"]
    return base64.b64decode(content).decode() if data.get("encoding") == "BASE64" else content


def values(data: Record) -> list[float | None]:
    """Return the numbers of one captured answer or ground truth; None for those not known.

    CSV has them in one line or one column. JSON is DeepAR's (the mean of the one series), or
    `predictions` with numbers, each alone or as `prediction` of an object.
    """
    content = text(data)
    if data.get("encoding") == "CSV" or not content.lstrip().startswith(("{", "[")):
        lines = content.strip("\r\n").splitlines()
        return [_number(cell) for line in lines for cell in line.split(",")]
    document = json.loads(content)
    predictions = document["predictions"] if isinstance(document, dict) else document
    if predictions and isinstance(predictions[0], dict):
        if "prediction" in predictions[0]:
            return [_number(one["prediction"]) for one in predictions]
        if len(predictions) != 1:
            raise ValueError(f"{len(predictions)} series in one request, expected one")
        predictions = predictions[0]["mean"]
    return [_number(value) for value in predictions]


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = float(value)
    return number if math.isfinite(number) else None
