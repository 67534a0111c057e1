"""EventBridge targets: build the input of a target, deliver or retry; failures go to the DLQ."""

import json
import logging
from typing import Any

from local import faults, ministack, runtime
from local.events.delivery import Delivery, TargetError
from local.events.target_services import deliver
from local.iam import deliveries
from local.iam.policies import AccessDeniedError
from local.lambda_ import destinations

log = logging.getLogger(__name__)

# EventBridge's defaults, and the longest wait here; the wait doubles: 1, 2, 4 …
RETRY_POLICY = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}
MAX_WAIT_SECONDS = 300


def invoke(
    target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
) -> None:
    """Deliver an event that matched `rule` (with the signature of MiniStack's function)."""
    view = view or ministack.event_view(event)
    now = runtime.clock.now()
    delivery = Delivery(target, rule, event, _payload(target, rule, view), now)
    if delivery.other_account:  # it may ask this server, which must be able to answer
        runtime.clock.spawn(_attempt, delivery)
    else:
        _attempt(delivery)


def _attempt(delivery: Delivery, retries: int = 0) -> None:
    fault = faults.take(faults.Faulty("delivery", delivery.rule["Name"]))
    if fault and fault.status is None:
        runtime.clock.call_later(fault.seconds, _deliver, delivery, retries)
        if not fault.after:
            return  # late; otherwise delivered twice
    elif fault:
        if fault.after:  # accepted, but the response is lost
            _deliver(delivery, retries)
        error = TargetError("INTERNAL_ERROR", faults.MESSAGE, temporary=True)
        _retry_or_give_up(delivery, error, retries)
        return
    _deliver(delivery, retries)


def _deliver(delivery: Delivery, retries: int) -> None:
    try:
        deliver(delivery)
    except TargetError as error:
        log.warning("rule %s: %s", delivery.rule["Name"], error)
        _retry_or_give_up(delivery, error, retries)


def _retry_or_give_up(delivery: Delivery, error: TargetError, retries: int) -> None:
    """Try again later what is temporary, within the limits of the target's retry policy."""
    wait = min(2**retries, MAX_WAIT_SECONDS)
    policy = {**RETRY_POLICY, **(delivery.target.get("RetryPolicy") or {})}
    age = runtime.clock.now() + wait - delivery.accepted
    if not error.temporary:
        reached = None
    elif retries >= policy["MaximumRetryAttempts"]:
        reached = "MaximumRetryAttempts"
    elif age > policy["MaximumEventAgeInSeconds"]:
        reached = "MaximumEventAgeInSeconds"
    else:
        runtime.clock.call_later(wait, _attempt, delivery, retries + 1)
        return
    _send_to_dead_letter_queue(delivery, error, retries, reached)


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


def _send_to_dead_letter_queue(
    delivery: Delivery, error: TargetError, retries: int, reached: str | None
) -> None:
    """Send an event to the DLQ of its target, with the reason and the limit that was reached."""
    queue = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    attributes = {
        "RULE_ARN": delivery.rule["Arn"],
        "TARGET_ARN": delivery.target["Arn"],
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": str(error),
        "RETRY_ATTEMPTS": str(retries),
    }
    if reached:
        attributes["EXHAUSTED_RETRY_CONDITION"] = reached
    typed = {name: {"DataType": "String", "StringValue": attributes[name]} for name in attributes}
    body = json.dumps(ministack.event_view(delivery.event).event_with_detail())
    try:
        deliveries.to_queue("events", queue, delivery.rule["Arn"])
    except AccessDeniedError as denied:
        log.error("rule %s: the event is lost: %s", delivery.rule["Name"], denied)  # noqa: TRY400
        return
    runtime.clock.spawn(destinations.send, queue, body, typed)
