"""Events by which the loop puts on record what it did (the decision log)."""

import json
from datetime import datetime
from typing import Any

from common import settings

SOURCE = "evergreen.loop"
VERSION = "1"


def record(events: Any, kind: str, time: datetime, **detail: Any) -> None:
    """Put one event on the loop's bus; raises RuntimeError if the bus does not take it."""
    entry = {
        "EventBusName": settings.required("EVENT_BUS_NAME"),
        "Source": SOURCE,
        "DetailType": kind,
        "Detail": json.dumps({"version": VERSION, **detail}),
        "Time": time,
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"{kind} was not recorded: {answer['Entries'][0]['ErrorMessage']}")
