"""Asynchronous invocation: a queue in front of the function, two retries, then the failure's way.

AWS retries after one and after two minutes; an event that has failed for good goes to the dead
letter queue (the event itself) and to the on-failure destination (an envelope around it). What a
throttled function could not take goes back to the queue and counts as no try, until it is too old.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ministack.services import lambda_svc

from local import lambdas, runtime

RETRY_AFTER_SECONDS = 60  # times the number of the attempt that failed
MOST_THROTTLED_SECONDS = 300  # between attempts that were throttled: 1, 2, 4 …


@dataclass(frozen=True, slots=True)
class Delivery:
    """One accepted event of one function."""

    record: lambdas.Record
    event: Any
    accepted: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def setting(self, name: str, default: Any) -> Any:
        """Return one setting of the function's event invoke configuration."""
        version = self.config["Version"]
        settings = lambda_svc._event_invoke_config(self.record, None) or (
            lambda_svc._event_invoke_config(self.record, version)
        )
        value = (settings or {}).get(name)
        return default if value is None else value

    def too_old_in(self, seconds: float) -> bool:
        """Whether the event's age exceeds its maximum so many seconds from now."""
        age = runtime.clock.now() + seconds - self.accepted
        return age > int(self.setting("MaximumEventAgeInSeconds", 21_600))

    @property
    def arn(self) -> str:
        """The ARN of what was invoked, with its version unless it is $LATEST."""
        arn, version = self.config["FunctionArn"], self.config["Version"]
        plain = version == "$LATEST" or arn.endswith(f":{version}")
        return arn if plain else f"{arn}:{version}"

    @property
    def config(self) -> dict[str, Any]:
        """The function's configuration."""
        config: dict[str, Any] = self.record.get("config") or self.record
        return config


def invoke(record: lambdas.Record, event: Any) -> None:
    """Accept an event; the outcome is only seen in logs, retries and dead letters."""
    delivery = Delivery(record, event, runtime.clock.now())
    runtime.clock.spawn(_attempt, delivery, 1)


def _attempt(delivery: Delivery, number: int, throttled: int = 0) -> None:
    """Run the function as it is now; `throttled` counts how often in a row it could not be."""
    record = lambdas.find(delivery.arn) or delivery.record
    try:
        result = lambdas.invoke(record, delivery.event, delivery.request_id, queued=True)
    except lambdas.ThrottledError as error:
        _wait(delivery, number, throttled, str(error))
        return
    if not result["error"]:
        _finish(delivery, number, "Success", "OnSuccess", result)
        return
    wait = RETRY_AFTER_SECONDS * number
    if number > int(delivery.setting("MaximumRetryAttempts", 2)):
        _give_up(delivery, number, "RetriesExhausted", result)
    elif delivery.too_old_in(wait):
        _give_up(delivery, number, "EventAgeExceeded", result)
    else:
        runtime.clock.call_later(wait, _attempt, delivery, number + 1)


def _wait(delivery: Delivery, number: int, throttled: int, message: str) -> None:
    """Put a throttled event back into the queue, unless it is too old by then."""
    wait = min(2**throttled, MOST_THROTTLED_SECONDS)
    if delivery.too_old_in(wait):
        body = {"errorType": "TooManyRequestsException", "errorMessage": message}
        refused = {"body": body, "error": True, "function_error": "Unhandled"}
        _give_up(delivery, number, "EventAgeExceeded", refused)
    else:
        runtime.clock.call_later(wait, _attempt, delivery, number, throttled + 1)


def _give_up(delivery: Delivery, attempts: int, condition: str, result: lambdas.Result) -> None:
    target = (delivery.config.get("DeadLetterConfig") or {}).get("TargetArn")
    if target:
        facts = {
            "RequestID": ("String", delivery.request_id),
            "ErrorCode": ("Number", "200"),
            "ErrorMessage": ("String", str(result["body"].get("errorMessage"))[:1024]),
        }
        attributes = {
            name: {"DataType": kind, "StringValue": value}
            for name, (kind, value) in facts.items()
            if value
        }
        send(target, json.dumps(delivery.event), attributes)
    _finish(delivery, attempts, condition, "OnFailure", result)


def _finish(
    delivery: Delivery, attempts: int, condition: str, way: str, result: lambdas.Result
) -> None:
    """Send the envelope to the destination of this outcome, if there is one."""
    destinations = delivery.setting("DestinationConfig", {})
    target = (destinations.get(way) or {}).get("Destination")
    if not target:
        return
    response = {"statusCode": 200, "executedVersion": delivery.config["Version"]}
    if result["error"]:
        response["functionError"] = result["function_error"]
    now = datetime.fromtimestamp(runtime.clock.now(), UTC)
    envelope = {
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
    if ":event-bus/" in target:
        _put_event(target, condition, envelope)
    else:
        send(target, json.dumps(envelope), {})


def _put_event(bus: str, condition: str, envelope: dict[str, Any]) -> None:
    from local import events  # noqa: PLC0415 - it imports this module

    kind = "Success" if condition == "Success" else "Failure"
    arn = envelope["requestContext"]["functionArn"]
    detail_type = f"Lambda Function Invocation Result - {kind}"
    events.emit("lambda", detail_type, envelope, [bus, arn], bus.rpartition("/")[2])


def send(target: str, body: str, attributes: dict[str, Any]) -> None:
    """Send to a queue, a topic or a function."""
    service, name = target.split(":")[2], target.rpartition(":")[2]
    if service == "sqs":
        url = f"{runtime.endpoint_url}/{runtime.ACCOUNT}/{name}"
        runtime.client("sqs").send_message(
            QueueUrl=url, MessageBody=body, MessageAttributes=attributes
        )
    elif service == "sns":
        runtime.client("sns").publish(TopicArn=target, Message=body, MessageAttributes=attributes)
    elif service == "lambda" and (record := lambdas.find(target)):
        invoke(record, json.loads(body))
