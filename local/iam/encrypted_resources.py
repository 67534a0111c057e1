"""The use of keys that the use of an encrypted resource implies, by the caller."""

from collections.abc import Callable

from local import ministack, peers, runtime
from local.http_messages import Request
from local.iam import resource_policies
from local.iam.policies import Check

DECRYPT, GENERATE = "kms:Decrypt", "kms:GenerateDataKey"


def implied(check: Check, request: Request | None = None) -> list[Check]:
    """Return the permissions on keys that a permission on an encrypted resource implies."""
    service = check.action.partition(":")[0]
    actions = KEY_ACTIONS.get(check.action, ())
    find = _key_of.get(service)
    if find is None or not actions or not (key := find(check.resource)):
        return []
    if check.action == "s3:PutObject" and request is not None and "uploadId" in request.query:
        actions = (DECRYPT, GENERATE)  # the parts of an upload are joined
    context = {"kms:ViaService": f"{service}.{runtime.REGION}.amazonaws.com"}
    context |= encryption_context(service, check.resource)
    return [Check(action, key, context) for action in actions]


def register(service: str, find_key: Callable[[str], str | None]) -> None:
    """Let `find_key(ARN)` return the key of a service's resource."""
    _key_of[service] = find_key


def encryption_context(service: str, resource: str) -> dict[str, str]:
    """Return the condition keys of the encryption context that a service passes to KMS."""
    name = {"s3": "aws:s3:arn", "sns": "aws:sns:topicArn", "sqs": "aws:sqs:arn"}.get(service)
    if name is None:
        return {}
    # With a bucket key, the context is the bucket.
    return {f"kms:EncryptionContext:{name}": resource.partition("/")[0]}


def key_arn(reference: str | None) -> str | None:
    """Return the ARN of a key named by ID, ARN or alias; None for a key that AWS manages."""
    if not reference or "alias/aws/" in reference:
        return None
    record = ministack.resolve_key(reference)
    return record["Arn"] if record else reference


def task_state_machine(token: str) -> str:
    """Return the state machine whose task waits for a token, `*` if there is none."""
    task = ministack.task_tokens.get(token) or {}
    return str(task.get("state_machine", "*"))


def _bucket_key(resource: str) -> str | None:
    account = resource_policies.owner(resource)
    return peers.resource(account, resource).key if account else bucket_key(resource)


def bucket_key(resource: str) -> str | None:
    """Return the ARN of the key of a bucket of this account, named by its or an object's ARN."""
    bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    headers = ministack.bucket_encryption(bucket)
    return key_arn(headers.get("x-amz-server-side-encryption-aws-kms-key-id"))


def queue_key(resource: str) -> str | None:
    """Return the ARN of the key of a queue."""
    queue = ministack.queue_by_arn(resource)
    return key_arn(queue["attributes"].get("KmsMasterKeyId")) if queue else None


def topic_key(resource: str) -> str | None:
    """Return the ARN of the key of a topic."""
    topic = ministack.find_topic(resource)
    return key_arn(topic["attributes"].get("KmsMasterKeyId")) if topic else None


def _parameter_key(resource: str) -> str | None:
    name = resource.partition(":parameter")[2]
    record = ministack.parameters.get(name) or {}
    return key_arn(record.get("KeyId")) if record.get("Type") == "SecureString" else None


_key_of: dict[str, Callable[[str], str | None]] = {
    "s3": _bucket_key,
    "sns": topic_key,
    "sqs": queue_key,
    "ssm": _parameter_key,
}
KEY_ACTIONS: dict[str, tuple[str, ...]] = {
    "s3:GetObject": (DECRYPT,),
    "s3:GetObjectVersion": (DECRYPT,),
    "s3:PutObject": (GENERATE,),
    "sagemaker:BatchGetRecord": (DECRYPT,),
    "sagemaker:DeleteRecord": (DECRYPT, GENERATE),
    "sagemaker:GetRecord": (DECRYPT,),
    "sagemaker:PutRecord": (DECRYPT, GENERATE),
    "sns:Publish": (DECRYPT, GENERATE),
    "sqs:ReceiveMessage": (DECRYPT,),
    "sqs:SendMessage": (DECRYPT, GENERATE),
    "ssm:GetParameter": (DECRYPT,),
    "ssm:GetParameters": (DECRYPT,),
    "ssm:GetParametersByPath": (DECRYPT,),
    "ssm:PutParameter": ("kms:Encrypt",),
}
