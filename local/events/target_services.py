"""Delivery of one EventBridge event to one target, by service."""

import json
from collections.abc import Callable

from local import cloudwatch_logs, ministack, runtime
from local.events import bus_of_other_account, firehose
from local.events.delivery import Delivery, TargetError, require_role
from local.iam import deliveries
from local.iam.policies import AccessDeniedError
from local.lambda_ import async_invocations, functions


def deliver(delivery: Delivery) -> None:
    """Deliver an event once; raises TargetError."""
    arn = delivery.target["Arn"]
    service = SERVICES.get(arn.split(":")[2])
    if service is not _to_bus and delivery.other_account:
        raise TargetError("NO_PERMISSIONS", f"the local AWS has no access to {arn}")
    if service is None:
        raise TargetError("NO_RESOURCE", f"the local AWS cannot deliver to {arn}")
    try:
        service(delivery, arn)
    except AccessDeniedError as denied:
        raise TargetError("NO_PERMISSIONS", str(denied)) from None


def _to_lambda(delivery: Delivery, arn: str) -> None:
    record = functions.find(arn)
    if record is None:
        raise TargetError("NO_RESOURCE", f"function {arn} does not exist")
    deliveries.to_function("events", record, delivery.rule["Arn"])
    async_invocations.invoke(record, json.loads(delivery.payload))


def _to_firehose(delivery: Delivery, arn: str) -> None:
    stream = ministack.delivery_streams.get(arn.rpartition("/")[2])
    if stream is None:
        raise TargetError("NO_RESOURCE", f"delivery stream {arn} does not exist")
    require_role(delivery, "firehose:PutRecord")
    for destination in stream["destinations"]:
        firehose.buffer_records(stream, destination, [("", delivery.payload.encode())])


def _to_queue(delivery: Delivery, arn: str) -> None:
    if ministack.queue_by_arn(arn) is None:
        raise TargetError("NO_RESOURCE", f"queue {arn} does not exist")
    deliveries.to_queue("events", arn, delivery.rule["Arn"])
    parameters = delivery.target.get("SqsParameters") or {}
    ministack.deliver_to_queue(ministack.parse_arn(arn), delivery.payload, parameters)


def _to_topic(delivery: Delivery, arn: str) -> None:
    if ministack.find_topic(arn) is None:
        raise TargetError("NO_RESOURCE", f"topic {arn} does not exist")
    deliveries.to_topic("events", arn, delivery.rule["Arn"])
    # A function that subscribes runs before `publish` returns, so the sender must not wait.
    message = (arn, delivery.payload, "EventBridge Notification")
    runtime.clock.spawn(ministack.publish_to_topic, *message)


def _to_state_machine(delivery: Delivery, arn: str) -> None:
    if ministack.find_state_machine(arn) is None:
        raise TargetError("NO_RESOURCE", f"state machine {arn} does not exist")
    require_role(delivery, "states:StartExecution")
    ministack.start_execution.current()({"stateMachineArn": arn, "input": delivery.payload})


def _to_log_group(delivery: Delivery, arn: str) -> None:
    group = arn.split(":log-group:")[1].removesuffix(":*")
    if ministack.log_groups.get(group) is None:
        raise TargetError("NO_RESOURCE", f"log group {group} does not exist")
    deliveries.to_log_group("events", group, delivery.rule["Arn"])
    cloudwatch_logs.write(group, delivery.rule["Name"], [delivery.payload])


def _to_bus(delivery: Delivery, arn: str) -> None:
    if account := delivery.other_account:
        bus_of_other_account.deliver(delivery, account)
        return
    parsed = ministack.parse_arn(arn)
    if parsed.resource.partition("/")[2] not in ministack.event_buses:
        raise TargetError("NO_RESOURCE", f"event bus {arn} does not exist")
    if delivery.target.get("RoleArn"):  # not required within an account
        require_role(delivery, "events:PutEvents")
    path = set(delivery.event.get("_DispatchPath") or [])
    ministack.deliver_to_bus(parsed, delivery.event, delivery.rule, path)


SERVICES: dict[str, Callable[[Delivery, str], None]] = {
    "events": _to_bus,
    "firehose": _to_firehose,
    "lambda": _to_lambda,
    "logs": _to_log_group,
    "sns": _to_topic,
    "sqs": _to_queue,
    "states": _to_state_machine,
}
