"""Records of data capture and ground truth, matched by inference id. Pure.

The record formats are those of SageMaker data capture and Model Monitor, which other clients write
as well: a forecast or truth may be missing, late, there twice, or not readable.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from common.captured_values import UNREADABLE, values
from common.errors import bad_value

Record = dict[str, Any]


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
