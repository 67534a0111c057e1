"""Events by which a step puts on record, on the loop's bus, what it decided (the decision log)."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "evergreen.loop"
VERSION = "1"


def record(
    events: "EventBridgeClient", bus: str, kind: str, time: datetime, **detail: Any
) -> None:
    """Put one event on the bus; JobError if the bus does not take it."""
    text = json.dumps({"version": VERSION, **detail})
    answer = events.put_events(
        Entries=[
            {
                "EventBusName": bus,
                "Source": SOURCE,
                "DetailType": kind,
                "Detail": text,
                "Time": time,
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise JobError(f"{kind} was not recorded: {answer['Entries'][0]['ErrorMessage']}.")
