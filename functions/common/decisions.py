"""Decision events: what the loop did and why, on its own bus (the decision log)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "evergreen.loop"
VERSION = "1"

# Detail types. The deployment's state machine sends the last four (modules/deploy/gates.tf).
RETRAINING_STARTED = "Retraining Started"
RETRAINING_SKIPPED = "Retraining Skipped"
TRAINING_FAILED = "Training Failed"
TRAINING_DATA_REJECTED = "Training Data Rejected"
TOURNAMENT_DECIDED = "Tournament Decided"
DRIFT_DETECTED = "Drift Detected"
BAKE_CHECKED = "Bake Checked"
BATCH_FAILED = "Batch Failed"
BATCH_SCORED = "Batch Scored"
APPROVAL_REQUESTED = "Approval Requested"
VERSION_IMPORTED = "Version Imported"
MODEL_DEPLOYED = "Model Deployed"
DEPLOYMENT_FAILED = "Deployment Failed"
VARIANTS_CHANGED = "Variants Changed"
VERSION_PROMOTED = "Version Promoted"


class DecisionError(RuntimeError):
    """The bus did not accept a decision event."""


def record(
    events: "EventBridgeClient", bus: str, detail_type: str, time: datetime, **detail: Any
) -> None:
    """Put one decision event on the bus; raises DecisionError if the bus does not accept it."""
    put(events, bus, SOURCE, detail_type, time, detail)


def put(
    events: "EventBridgeClient",
    bus: str,
    source: str,
    detail_type: str,
    time: datetime,
    detail: Mapping[str, Any],
) -> None:
    """Put one event of any source on the bus; raises DecisionError likewise."""
    response = events.put_events(
        Entries=[
            {
                "EventBusName": bus,
                "Source": source,
                "DetailType": detail_type,
                "Detail": json.dumps({"version": VERSION, **detail}),
                "Time": time,
            }
        ]
    )
    if response["FailedEntryCount"]:
        error = response["Entries"][0]["ErrorMessage"]
        raise DecisionError(f"{detail_type} was not recorded: {error}")
