"""Request to an approval link (API Gateway) -> page; only its form, by POST, decides."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import boto3
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent, event_source

from approval_page import page, pending
from approval_page.pending import Pending
from common import s3_objects, times
from common.approval_link import LinkError
from common.config import Settings
from common.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MAX_BODY, MAX_COMMENT = 4096, 200  # characters
DECISIONS = {"approve": True, "reject": False}

s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
ssm = boto3.client("ssm")
states = boto3.client("stepfunctions")


class Config(Settings):
    """Settings of the function."""

    paused_parameter: str
    pending_path: str


@logger.inject_lambda_context
@event_source(data_class=APIGatewayProxyEvent)
def lambda_handler(event: APIGatewayProxyEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Show what waits; decide on POST. Scanners of mails follow links, and send no forms."""
    config = Config.from_env()
    now = datetime.fromtimestamp(event.request_context.request_time_epoch / 1000, UTC)
    try:
        if event.http_method == "POST":
            return _decide(config, event.decoded_body or "", now)
        token = (event.query_string_parameters or {}).get("token", "")
        found = pending.find(ssm, config.pending_path, token, now)
    except LinkError as error:
        logger.info("link refused", method=event.http_method, reason=str(error))
        return _answer(410, page.notice("This link decides nothing", str(error)))
    logger.info("approval shown", version=found.version)
    return _answer(
        200, page.form(found.version, times.parse(found.requested_at), _figures(found), token)
    )


def _decide(config: Config, body: str, now: datetime) -> dict[str, Any]:
    fields = parse_qs(body[:MAX_BODY], max_num_fields=10)
    token, decision = (fields.get(name, [""])[0] for name in ("token", "decision"))
    if decision not in DECISIONS:
        raise LinkError("The form has no decision: open the link again.")
    found = pending.find(ssm, config.pending_path, token, now)
    approved = DECISIONS[decision]
    if approved:
        pending.require_running(ssm, config.paused_parameter)
    text = " ".join(fields.get("comment", [""])[0].split())[:MAX_COMMENT]
    comment = text or f"{decision} by the link in the mail"
    pending.decide(ssm, states, found, comment, approved=approved)
    logger.info("decided by link", version=found.version, decision=decision)
    follows = "It is being deployed." if approved else "It is not deployed."
    title = f"Model {found.version}: {'approved' if approved else 'rejected'}"
    return _answer(200, page.notice(title, f"{follows} This link is used up."))


def _figures(found: Pending) -> page.Figures:
    """Return the figures of the version; none if it was registered by hand."""
    package = sagemaker.describe_model_package(ModelPackageName=found.package_arn)
    try:
        return page.Figures.of(json.loads(s3_objects.read_evaluation(s3, package)))
    except (KeyError, s3.exceptions.NoSuchKey):
        return page.Figures()


def _answer(status: int, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": page.HEADERS, "body": body}
