"""EventBridge targets: build the input of a target, deliver it, send failures to the DLQ."""

import json
import logging
from typing import Any

from local import faults, ministack, runtime
from local.events.target_services import Delivery, TargetError, deliver
from local.iam import deliveries
from local.iam.policies import AccessDeniedError
from local.lambda_ import destinations

log = logging.getLogger(__name__)


def invoke(
    target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
) -> None:
    """Deliver an event that matched `rule` (with the signature of MiniStack's function).

    Failures are never temporary here, so the event is sent to the target's DLQ without retries.
    """
    view = view or ministack.event_view(event)
    delivery = Delivery(target, rule, event, _payload(target, rule, view))
    if fault := faults.take(faults.Faulty("delivery", rule["Name"])):
        runtime.clock.call_later(fault.seconds, _deliver, delivery)
        if not fault.after:
            return  # late; otherwise delivered twice
    _deliver(delivery)


def _deliver(delivery: Delivery) -> None:
    rule = delivery.rule
    try:
        deliver(delivery)
    except TargetError as error:
        log.warning("rule %s: %s", rule["Name"], error)
        _send_to_dead_letter_queue(delivery, error)


def _payload(target: dict[str, Any], rule: dict[str, Any], view: Any) -> str:
    """Return the input of the target: the event, a part of it, a constant or a template."""
    if target.get("InputTransformer"):
        return str(ministack.transform_input(target["InputTransformer"], rule, view))
    if target.get("Input"):
        return str(target["Input"])
    value: Any = view.event_with_detail()
    for part in (target.get("InputPath") or "$").lstrip("$.").split("."):
        if part:
            value = value.get(part) if isinstance(value, dict) else None
    return json.dumps(value)


def _send_to_dead_letter_queue(delivery: Delivery, error: TargetError) -> None:
    queue = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    attributes = {
        "RULE_ARN": delivery.rule["Arn"],
        "TARGET_ARN": delivery.target["Arn"],
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": str(error),
        "RETRY_ATTEMPTS": "0",
    }
    typed = {name: {"DataType": "String", "StringValue": attributes[name]} for name in attributes}
    body = json.dumps(ministack.event_view(delivery.event).event_with_detail())
    try:
        deliveries.to_queue("events", queue, delivery.rule["Arn"])
    except AccessDeniedError as denied:
        log.error("rule %s: the event is lost: %s", delivery.rule["Name"], denied)  # noqa: TRY400
        return
    runtime.clock.spawn(destinations.send, queue, body, typed)
