"""How EventBridge brings one event to one target: input, attempts, dead letters."""

import fnmatch
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch_logs, eventbridge, firehose, sns, sqs, stepfunctions

from local import lambda_async, lambdas, logs, runtime

log = logging.getLogger(__name__)

ATTEMPTS = 185
AGE_SECONDS = 86_400
RETRY_SECONDS = [1, 2, 5, 10, 30, 60]  # then every minute; AWS: exponential, with jitter


class TargetError(Exception):
    """The target did not take the event; `again` says whether another attempt can help."""

    def __init__(self, code: str, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.code, self.again = code, again


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one target of one rule."""

    target: dict[str, Any]
    rule: dict[str, Any]
    event: dict[str, Any]
    payload: str
    accepted: float

    def policy(self, name: str, default: int) -> int:
        """Return a number of the target's retry policy."""
        value = (self.target.get("RetryPolicy") or {}).get(name)
        return default if value is None else int(value)


def invoke(
    target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
) -> None:
    """Deliver an event that matched `rule` (the signature is MiniStack's)."""
    view = view or eventbridge._pattern_event_view(event)
    delivery = Delivery(target, rule, event, _payload(target, rule, view), runtime.clock.now())
    _attempt(delivery, 1)


def _attempt(delivery: Delivery, number: int) -> None:
    try:
        deliver(delivery)
    except TargetError as error:
        wait = RETRY_SECONDS[min(number, len(RETRY_SECONDS)) - 1]
        age = runtime.clock.now() + wait - delivery.accepted
        if error.again and number > delivery.policy("MaximumRetryAttempts", ATTEMPTS):
            _bury(delivery, error, number, "MaximumRetryAttempts")
        elif error.again and age > delivery.policy("MaximumEventAgeInSeconds", AGE_SECONDS):
            _bury(delivery, error, number, "MaximumEventAgeInSeconds")
        elif error.again:
            runtime.clock.call_later(wait, _attempt, delivery, number + 1)
        else:
            _bury(delivery, error, number, None)


def deliver(delivery: Delivery) -> None:
    """Hand the event over once; raises TargetError."""
    arn = delivery.target["Arn"]
    service = arn.split(":")[2]
    handler = SERVICES.get(service)
    if handler is None:
        raise TargetError("NO_RESOURCE", f"the local AWS cannot deliver to {arn}")
    handler(delivery, arn)


def _payload(target: dict[str, Any], rule: dict[str, Any], view: Any) -> str:
    """Return what the target receives: the event, a part of it, a constant or a rendering."""
    if target.get("InputTransformer"):
        rendered: str = eventbridge._apply_input_transformer(
            target["InputTransformer"], rule, view
        )
        return rendered
    if target.get("Input"):
        return str(target["Input"])
    value: Any = view.event_with_detail()
    for part in (target.get("InputPath") or "$").lstrip("$.").split("."):
        if part:
            value = value.get(part) if isinstance(value, dict) else None
    return json.dumps(value)


def _to_lambda(delivery: Delivery, arn: str) -> None:
    record = lambdas.find(arn)
    if record is None:
        raise TargetError("NO_RESOURCE", f"function {arn} does not exist")
    if not _may_invoke(record, delivery.rule["Arn"]):
        message = f"the function's policy does not allow {delivery.rule['Arn']} to invoke it"
        raise TargetError("NO_PERMISSIONS", message)
    lambda_async.invoke(record, json.loads(delivery.payload))


def _may_invoke(record: dict[str, Any], rule_arn: str) -> bool:
    """Whether the resource policy lets EventBridge invoke the function for this rule."""
    for statement in record.get("policy", {}).get("Statement", []):
        principal = statement.get("Principal") or {}
        service = principal.get("Service") if isinstance(principal, dict) else principal
        condition = statement.get("Condition") or {}
        sources = [arn for part in condition.values() for key, arn in part.items() if "Arn" in key]
        if service == "events.amazonaws.com" and (
            not sources or any(fnmatch.fnmatchcase(rule_arn, source) for source in sources)
        ):
            return True
    return False


def _to_firehose(delivery: Delivery, arn: str) -> None:
    stream = firehose._streams.get(arn.rpartition("/")[2])
    if stream is None:
        raise TargetError("NO_RESOURCE", f"delivery stream {arn} does not exist")
    for destination in stream["destinations"]:
        firehose._deliver_records_to_s3(stream, destination, [("", delivery.payload.encode())])


def _to_queue(delivery: Delivery, arn: str) -> None:
    if sqs._queue_by_arn(arn) is None:
        raise TargetError("NO_RESOURCE", f"queue {arn} does not exist")
    spec = eventbridge.parse_arn(arn)
    parameters = delivery.target.get("SqsParameters") or {}
    eventbridge._dispatch_to_sqs(spec, delivery.payload, parameters)


def _to_topic(delivery: Delivery, arn: str) -> None:
    if sns.publish_internal(arn, delivery.payload, "EventBridge Notification") is None:
        raise TargetError("NO_RESOURCE", f"topic {arn} does not exist")


def _to_state_machine(delivery: Delivery, arn: str) -> None:
    if stepfunctions._resolve_state_machine_arn(arn) is None:
        raise TargetError("NO_RESOURCE", f"state machine {arn} does not exist")
    stepfunctions._start_execution({"stateMachineArn": arn, "input": delivery.payload})


def _to_log_group(delivery: Delivery, arn: str) -> None:
    group = arn.split(":log-group:")[1].removesuffix(":*")
    if cloudwatch_logs._log_groups.get(group) is None:
        raise TargetError("NO_RESOURCE", f"log group {group} does not exist")
    logs.write(group, delivery.rule["Name"], [delivery.payload])


def _to_bus(delivery: Delivery, arn: str) -> None:
    spec = eventbridge.parse_arn(arn)
    if spec.resource.partition("/")[2] not in eventbridge._event_buses:
        raise TargetError("NO_RESOURCE", f"event bus {arn} does not exist")
    path = set(delivery.event.get("_DispatchPath") or [])
    eventbridge._dispatch_to_event_bus(spec, delivery.event, delivery.rule, path)


SERVICES: dict[str, Callable[[Delivery, str], None]] = {
    "events": _to_bus,
    "firehose": _to_firehose,
    "lambda": _to_lambda,
    "logs": _to_log_group,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}


def _bury(delivery: Delivery, error: TargetError, attempts: int, exhausted: str | None) -> None:
    """Send the event to the target's dead-letter queue with the reason."""
    log.warning("rule %s: %s", delivery.rule["Name"], error)
    queue = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    facts = {
        "RULE_ARN": delivery.rule["Arn"],
        "TARGET_ARN": delivery.target["Arn"],
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": str(error),
        "RETRY_ATTEMPTS": str(attempts - 1),
        "EXHAUSTED_RETRY_CONDITION": exhausted,
    }
    attributes = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in facts.items()
        if value
    }
    body = json.dumps(eventbridge._pattern_event_view(delivery.event).event_with_detail())
    runtime.clock.spawn(lambda_async.send, queue, body, attributes)
