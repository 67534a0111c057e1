"""Tell the loop that another revision was deployed (`make deploy ARGS=--retrain`)."""

import json
from typing import TYPE_CHECKING

from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


def announce(events: "EventBridgeClient", target: Target) -> None:
    """Send `Code Changed`, which requests a training within cooldown and daily cap.

    Raises DeployError.
    """
    detail = json.dumps({"revision": target.image_tag})
    answer = events.put_events(
        Entries=[
            {
                "EventBusName": target.prefix,
                "Source": "evergreen.delivery",
                "DetailType": "Code Changed",
                "Detail": detail,
            }
        ]
    )
    if answer["FailedEntryCount"]:
        entry = answer["Entries"][0]
        raise DeployError(
            f"everything is deployed, but the event `Code Changed` was not sent: "
            f"{entry.get('ErrorCode')}: {entry.get('ErrorMessage')}"
        )
    print(f"  requested a training with the code of {target.image_tag}", flush=True)
