"""Ground truth of client requests as Model Monitor reads it. Pure.

Keys and records are those of functions/ground_truth_writer: matched by inference id with what data
capture has of the request.
"""

import json
from collections.abc import Mapping
from datetime import datetime

VERSION = "0"


def key(run: str, place: str, now: datetime) -> str:
    """Return the S3 key of a run's records: in the hour of their collection, as AWS requires.

    `place` is endpoint and variant. A run that is repeated in the hour replaces its records.
    """
    return f"ground-truth/{place}/{now:%Y/%m/%d/%H}/traffic-{run}.jsonl"


def records(truths: Mapping[str, str]) -> str:
    """Return a line for each inference id with its actual values (CSV)."""
    return "".join(_record(inference_id, truth) for inference_id, truth in truths.items())


def _record(inference_id: str, truth: str) -> str:
    record = {
        "groundTruthData": {"data": truth, "encoding": "CSV"},
        "eventMetadata": {"eventId": inference_id},
        "eventVersion": VERSION,
    }
    return f"{json.dumps(record)}\n"
