"""Asynchronous invocation: a queue in front of the function, two retries, then the DLQ.

As on AWS, an event is retried after one and after two more minutes. After the last retry it is
sent to the dead-letter queue, and an invocation record to the on-failure destination. A throttled
event returns to the queue, which does not count as an attempt, up to its maximum age.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local import ministack, runtime
from local.iam import principals
from local.lambda_ import destinations, functions

RETRY_SECONDS = 60  # times the number of the failed attempt
MAX_THROTTLE_WAIT_SECONDS = 300  # the wait doubles: 1, 2, 4 …


@dataclass(frozen=True, slots=True)
class Delivery:
    """One accepted event of one function; `accepted` in epoch seconds."""

    record: functions.Record
    event: Any
    accepted: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def setting(self, name: str, default: Any) -> Any:
        """Return a field of the function's event invoke configuration."""
        version = self.config["Version"]
        settings = ministack.event_invoke_config(self.record, None) or (
            ministack.event_invoke_config(self.record, version)
        )
        value = (settings or {}).get(name)
        return default if value is None else value

    def expires_within(self, seconds: float) -> bool:
        """Return whether the event exceeds its maximum age in `seconds` from now."""
        age = runtime.clock.now() + seconds - self.accepted
        return age > int(self.setting("MaximumEventAgeInSeconds", 21_600))

    @property
    def arn(self) -> str:
        """The ARN of the function, with the version unless it is $LATEST."""
        arn, version = self.config["FunctionArn"], self.config["Version"]
        unqualified = version == "$LATEST" or arn.endswith(f":{version}")
        return arn if unqualified else f"{arn}:{version}"

    @property
    def session(self) -> str:
        """The access key of the session of the function's role, which sends to its DLQ."""
        role, name = self.config["Role"], self.config["FunctionName"]
        return principals.assume(role, "lambda", name)

    @property
    def config(self) -> dict[str, Any]:
        """The function's configuration."""
        config: dict[str, Any] = self.record.get("config") or self.record
        return config


pending: dict[str, tuple[Delivery, int, int]] = {}  # by request ID, as for `_attempt`


def resume() -> None:
    """Deliver the events of a restored state again."""
    for delivery, number, throttled in list(pending.values()):
        runtime.clock.spawn(_attempt, delivery, number, throttled)


def invoke(record: functions.Record, event: Any) -> None:
    """Accept an event; its result appears only in logs, retries and destinations."""
    runtime.clock.spawn(_attempt, Delivery(record, event, runtime.clock.now()), 1)


def _attempt(delivery: Delivery, number: int, throttled: int = 0) -> None:
    """Run the current function; `throttled` is the number of consecutive throttles so far."""
    record = functions.find(delivery.arn)
    if record is None:  # it was deleted, and its queue with it
        pending.pop(delivery.request_id, None)
        return
    pending[delivery.request_id] = (delivery, number, throttled)
    try:
        result = functions.invoke(record, delivery.event, delivery.request_id, queued=True)
    except functions.ThrottledError as error:
        _requeue(delivery, number, throttled, str(error))
        return
    if not result["error"]:
        _send_to_destination(delivery, number, "Success", "OnSuccess", result)
        return
    wait = RETRY_SECONDS * number
    if number > int(delivery.setting("MaximumRetryAttempts", 2)):
        _fail(delivery, number, "RetriesExhausted", result)
    elif delivery.expires_within(wait):
        _fail(delivery, number, "EventAgeExceeded", result)
    else:
        runtime.clock.call_later(wait, _attempt, delivery, number + 1)


def _requeue(delivery: Delivery, number: int, throttled: int, message: str) -> None:
    """Put a throttled event back into the queue, unless it expires before the next attempt."""
    wait = min(2**throttled, MAX_THROTTLE_WAIT_SECONDS)
    if delivery.expires_within(wait):
        body = {"errorType": "TooManyRequestsException", "errorMessage": message}
        result = {"body": body, "error": True, "function_error": "Unhandled"}
        _fail(delivery, number, "EventAgeExceeded", result)
    else:
        runtime.clock.call_later(wait, _attempt, delivery, number, throttled + 1)


def _fail(delivery: Delivery, attempts: int, condition: str, result: functions.Result) -> None:
    target = (delivery.config.get("DeadLetterConfig") or {}).get("TargetArn")
    if target:
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": delivery.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        }
        if message := str(result["body"].get("errorMessage"))[:1024]:
            attributes["ErrorMessage"] = {"DataType": "String", "StringValue": message}
        with runtime.acting(delivery.session):
            destinations.send(target, json.dumps(delivery.event), attributes)
    _send_to_destination(delivery, attempts, condition, "OnFailure", result)


def _send_to_destination(
    delivery: Delivery, attempts: int, condition: str, outcome: str, result: functions.Result
) -> None:
    """Send the invocation record to the destination of this outcome, if there is one."""
    pending.pop(delivery.request_id, None)
    target = (delivery.setting("DestinationConfig", {}).get(outcome) or {}).get("Destination")
    if not target:
        return
    response = {"statusCode": 200, "executedVersion": delivery.config["Version"]}
    if result["error"]:
        response["functionError"] = result["function_error"]
    now = datetime.fromtimestamp(runtime.clock.now(), UTC)
    record = {
        "version": "1.0",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": delivery.request_id,
            "functionArn": f"{delivery.config['FunctionArn']}:{delivery.config['Version']}",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": delivery.event,
        "responseContext": response,
        "responsePayload": result["body"],
    }
    with runtime.acting(delivery.session):
        destinations.send_record(target, record)


def install() -> None:
    """Replace MiniStack's asynchronous invocation."""
    ministack.invoke_asynchronously.replace(invoke)
