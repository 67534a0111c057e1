"""Delivery of an EventBridge event to a bus of another account."""

from local import peers, runtime
from local.events.delivery import Delivery, TargetError, require_role


def deliver(delivery: Delivery, account: str) -> None:
    """Deliver an event to a bus of another account, if role and policy of the bus allow it."""
    event, bus = delivery.event, delivery.target["Arn"].partition(":event-bus/")[2]
    if event["Account"] not in {runtime.account, account}:
        message = f"an event of account {event['Account']} is not sent on to account {account}"
        raise TargetError("THIRD_ACCOUNT_HOP_DETECTED", message)
    context = {
        "events:source": event["Source"],
        "events:detail-type": event["DetailType"],
        "aws:SourceAccount": runtime.account,
        "aws:SourceArn": delivery.rule["Arn"],
    }
    public = {name: value for name, value in event.items() if not name.startswith("_")}
    try:
        require_role(delivery, "events:PutEvents", context)
        peers.put_event(account, bus, public)
    except peers.PeerError as down:
        raise TargetError("CONNECTION_FAILURE", str(down), temporary=True) from down
