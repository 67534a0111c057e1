"""Alert (SNS) -> a mail, and a message in the chat, that say what happened and what to do."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser

from common import approval_link, approval_tasks, runbook, times
from common.config import Settings
from common.observability import logger
from notifier import chat, messages, sent
from notifier.alerts import Delivery
from notifier.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

RUNBOOK = Path(__file__).with_name("runbook.md")  # scripts/package.py adds it to the zip

s3 = boto3.client("s3")
sns = boto3.client("sns")
ssm = boto3.client("ssm")


class Config(Settings):
    """Settings of the function; without a parameter there is no chat, without a page no link."""

    approval_page_url: str | None = None
    bucket: str
    chat_parameter: str | None = None
    pending_path: str
    prefix: str
    topic_arn: str


@logger.inject_lambda_context
@event_parser(model=Delivery)
def lambda_handler(event: Delivery, _context: "LambdaContext") -> dict[str, list[str]]:
    """Send the message about an alert to each channel that does not have it yet."""
    config, notification = Config.from_env(), event.notification
    message = messages.message(notification.alert(), notification.time, config.prefix, _sections())
    if message is None:
        logger.info("alert needs no person", subject=notification.subject)
        return {"channels": []}
    identity, delivered = sent.identity(notification), []
    for channel, deliver in _channels(config).items():
        key = sent.key(message.since, identity, channel)
        if not (store := sent.Sent(s3, config.bucket)).has(key):
            deliver(config, message)
            # After it: a message may be sent twice, but none is lost.
            store.add(key, message.subject(config.prefix), message.text())
            delivered.append(channel)
    logger.info("message sent", title=message.title, channels=delivered)
    return {"channels": delivered}


def _channels(config: Config) -> "Mapping[str, Callable[[Config, Message], None]]":
    return {"mail": _mail, **({"chat": _chat} if config.chat_parameter else {})}


def _mail(config: Config, message: Message) -> None:
    sns.publish(
        TopicArn=config.topic_arn,
        Subject=message.subject(config.prefix),
        Message=message.text(_link(config, message.approval)),
    )


def _chat(config: Config, message: Message) -> None:
    """Post without a link, by which everybody in the room could decide."""
    stored = ssm.get_parameter(Name=str(config.chat_parameter), WithDecryption=True)
    text = f"{message.subject(config.prefix)}\n{message.text()}"
    chat.post(stored["Parameter"]["Value"], text)


def _link(config: Config, version: int | None) -> str | None:
    """Return the link to the page of an approval; None if it is already decided."""
    if config.approval_page_url is None or version is None:
        return None
    stage = approval_link.STAGE
    name = approval_tasks.parameter_name(config.pending_path, stage, version)
    try:
        stored = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return None
    pending = json.loads(stored)
    if "link_key" not in pending:  # requested before links were switched on
        return None
    requested_at = times.parse(pending["requested_at"])
    link = approval_link.Link.of_request(stage, version, requested_at)
    return f"{config.approval_page_url}?token={link.token(pending['link_key'])}"


@cache
def _sections() -> dict[str, runbook.Section]:
    return runbook.parse(RUNBOOK.read_text(encoding="utf-8")) if RUNBOOK.is_file() else {}
