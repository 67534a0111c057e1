"""Send a dead letter back to where it failed: the function, the stream, the topic or the log."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import Json
from cli.connection import Connection
from cli.dead_letters import stream_records
from cli.dead_letters.letter import DeadLetter
from cli.dead_letters.rule_targets import target_input

# Apart from what EventBridge logs, because operators write it.
LOG_STREAM = "redriven"


class NotRedrivenError(Exception):
    """A message cannot be processed, and why; it stays in its queue."""


def redrive(connection: Connection, letter: DeadLetter) -> str | None:
    """Send a message back; return why that failed, None if it succeeded.

    Functions are invoked synchronously: only then is it known that they succeeded.
    """
    try:
        if letter.content is None:
            return "its body is no JSON object: nothing can process it"
        _send_back(connection, letter, letter.content)
    except NotRedrivenError as error:
        return str(error)
    except ClientError as error:
        details = error.response["Error"]
        return f"{error.operation_name}: {details['Code']}: {details.get('Message')}"
    except BotoCoreError as error:
        return f"AWS cannot be reached: {error}"
    return None


def _send_back(connection: Connection, letter: DeadLetter, content: Json) -> None:
    if rule := letter.attributes.get("RULE_ARN"):
        target = letter.attributes.get("TARGET_ARN", "")
        payload = target_input(connection.clients("events"), rule, target, content)
        if payload is None:
            raise NotRedrivenError(f"rule {rule.rpartition('/')[2]} has no target {target} now")
        send = SERVICES.get(target.split(":")[2])
        if send is None:
            raise NotRedrivenError(f"TARGET_ARN: got {target}, expected one of {list(SERVICES)}")
        send(connection, target, payload, content)
    elif letter.function is None:
        raise NotRedrivenError("it has no attribute RULE_ARN: its target is not known")
    elif letter.batch is not None:
        _send_batch(connection, letter.function, letter.batch)
    elif "requestPayload" in content:  # the record of an on-failure destination
        _invoke(connection, letter.function, json.dumps(content["requestPayload"]), content)
    else:
        _invoke(connection, letter.function, letter.body, content)


def _invoke(connection: Connection, function: str, payload: str, _event: Json) -> Any:
    """Invoke a function and return its result; NotRedrivenError with its error if it fails."""
    response = connection.clients("lambda").invoke(FunctionName=function, Payload=payload)
    result = json.loads(response["Payload"].read() or b"null")
    if "FunctionError" in response:
        message = " ".join(str(result.get("errorMessage")).split())
        raise NotRedrivenError(f"failed again: {result.get('errorType')}: {message}")
    return result


def _send_batch(connection: Connection, function: str, batch: Json) -> None:
    records = stream_records.read(connection.clients("kinesis"), batch)
    if not records:
        raise NotRedrivenError(
            "the stream has deleted its records (24 hours): repair their minutes with "
            f"`evergreen backfill`; they arrived {stream_records.arrival(batch)}"
        )
    result = _invoke(connection, function, json.dumps({"Records": records}), batch)
    if failed := (result or {}).get("batchItemFailures"):
        raise NotRedrivenError(f"failed again for {len(failed)} or more of {len(records)} records")


def _to_firehose(connection: Connection, target: str, payload: str, _event: Json) -> None:
    name = target.rpartition("/")[2]
    client = connection.clients("firehose")
    client.put_record(DeliveryStreamName=name, Record={"Data": payload.encode()})


def _to_stream(connection: Connection, target: str, payload: str, event: Json) -> None:
    name, key = target.rpartition("/")[2], str(event.get("id"))
    client = connection.clients("kinesis")
    client.put_record(StreamName=name, Data=payload.encode(), PartitionKey=key)


def _to_topic(connection: Connection, target: str, payload: str, _event: Json) -> None:
    connection.clients("sns").publish(TopicArn=target, Message=payload)


def _to_log_group(connection: Connection, target: str, payload: str, event: Json) -> None:
    logs = connection.clients("logs")
    group = target.partition(":log-group:")[2].removesuffix(":*")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=LOG_STREAM)
    time = datetime.fromisoformat(str(event.get("time")))
    entry = {"timestamp": int(time.timestamp() * 1000), "message": payload}
    response = logs.put_log_events(logGroupName=group, logStreamName=LOG_STREAM, logEvents=[entry])
    if rejected := response.get("rejectedLogEventsInfo"):
        raise NotRedrivenError(f"the log refused the event: {', '.join(rejected)}")


SERVICES: dict[str, Callable[[Connection, str, str, Json], Any]] = {
    "firehose": _to_firehose,
    "kinesis": _to_stream,
    "lambda": _invoke,
    "logs": _to_log_group,
    "sns": _to_topic,
}
