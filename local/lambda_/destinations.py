"""Messages to dead-letter queues and to the destinations of asynchronous invocations."""

import json
from typing import Any

from local import runtime


def send(target: str, body: str, attributes: dict[str, Any]) -> None:
    """Send a message to a queue, a topic or a function, by ARN."""
    service, name = target.split(":")[2], target.rpartition(":")[2]
    if service == "sqs":
        url = f"{runtime.endpoint_url}/{runtime.account}/{name}"
        runtime.client("sqs").send_message(
            QueueUrl=url, MessageBody=body, MessageAttributes=attributes
        )
    elif service == "sns":
        runtime.client("sns").publish(TopicArn=target, Message=body, MessageAttributes=attributes)
    elif service == "lambda":
        runtime.client("lambda").invoke(FunctionName=target, InvocationType="Event", Payload=body)


def send_record(target: str, record: dict[str, Any]) -> None:
    """Send an invocation record to a destination: an event bus, queue, topic or function."""
    if ":event-bus/" not in target:
        send(target, json.dumps(record), {})
        return
    context = record["requestContext"]
    kind = "Success" if context["condition"] == "Success" else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {kind}",
        "Detail": json.dumps(record),
        "Resources": [target, context["functionArn"]],
        "EventBusName": target.rpartition("/")[2],
    }
    runtime.client("events").put_events(Entries=[entry])
