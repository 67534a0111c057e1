"""Permissions of services that act by themselves: deliveries of events, messages and alarms."""

import json
from typing import Any

from local import ministack, runtime
from local.iam import encrypted_resources, gate, policies, principals
from local.iam.policies import Check


def to_queue(service: str, queue: str, source: str) -> None:
    """Require that a service may send to a queue and use its key; raises AccessDeniedError."""
    context = _context(source)
    check = Check("sqs:SendMessage", queue, context)
    record = ministack.queue_by_arn(queue)
    policies.authorize_service(service, check, record["attributes"].get("Policy"))
    _use_key(service, encrypted_resources.queue_key(queue), check, context)


def to_topic(service: str, topic: str, source: str) -> None:
    """Require that a service may publish to a topic and use its key; raises AccessDeniedError.

    EventBridge publishes without aws:SourceAccount and aws:SourceArn.
    """
    context = {} if service == "events" else _context(source)
    check = Check("sns:Publish", topic, context)
    record = ministack.find_topic(topic)
    policies.authorize_service(service, check, record["attributes"].get("Policy"))
    _use_key(service, encrypted_resources.topic_key(topic), check, context)


def to_function(
    service: str, record: dict[str, Any], source: str, reference: str | None = None
) -> None:
    """Require that a service may invoke a function; raises AccessDeniedError.

    `reference` is the ARN of the version or alias that it invokes.
    """
    config = record.get("config") or record
    arn = reference or config["FunctionArn"]
    check = Check("lambda:InvokeFunction", arn, _context(source))
    policies.authorize_service(service, check, record.get("policy"))


def to_log_group(service: str, group: str, source: str) -> None:
    """Require that a resource policy of CloudWatch Logs lets a service write to a group."""
    statements = [
        statement
        for entry in ministack.log_resource_policies.values()
        for statement in json.loads(entry["policyDocument"])["Statement"]
    ]
    stream = f"arn:aws:logs:{runtime.REGION}:{runtime.account}:log-group:{group}:log-stream:*"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        check = Check(action, stream, _context(source))
        policies.authorize_service(service, check, {"Statement": statements})


def log_group_key(group: str, key: str) -> None:
    """Require that a key lets CloudWatch Logs encrypt a log group; raises AccessDeniedError."""
    arn = f"arn:aws:logs:{runtime.REGION}:{runtime.account}:log-group:{group}"
    record = ministack.resolve_key(key)
    for action in ("kms:Encrypt", encrypted_resources.DECRYPT, encrypted_resources.GENERATE):
        check = Check(action, record["Arn"], {"kms:EncryptionContext:aws:logs:arn": arn})
        policies.authorize_service(
            f"logs.{runtime.REGION}", check, record["Policy"], required="key policy"
        )


def as_role(role: str, service: str, session: str, *needed: Check) -> None:
    """Require that a role that a service assumes has permissions; raises AccessDeniedError."""
    gate.require(principals.assume(role, service, session), *needed)


def _context(source: str) -> dict[str, str]:
    return {"aws:SourceArn": source, "aws:SourceAccount": runtime.account}


def _use_key(service: str, key: str | None, check: Check, context: dict[str, str]) -> None:
    """Require that a key's policy lets a service encrypt a message."""
    if key is None:
        return
    policy = ministack.resolve_key(key)["Policy"]
    kind = check.action.partition(":")[0]
    context = context | encrypted_resources.encryption_context(kind, check.resource)
    for action in (encrypted_resources.GENERATE, encrypted_resources.DECRYPT):
        needed = Check(action, key, context)
        policies.authorize_service(service, needed, policy, required="key policy")
