"""AWS as the scripts reach it: the region and credentials that Terraform uses too."""

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common.aws_session import session


class AwsError(Exception):
    """AWS cannot be used; the message is for the user."""


def region() -> str:
    """Return the region; AwsError without one."""
    try:
        found = session().region_name
    except BotoCoreError as error:
        raise AwsError(f"AWS_PROFILE: {error}") from None
    if found is None:
        raise AwsError("AWS_REGION: got nothing, expected a region such as eu-west-1")
    return str(found)


def client(service: Any) -> Any:
    """Return a client; AwsError without region."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 5})
    return session().client(service, region_name=region(), config=config)


def account() -> str:
    """Return the account of the credentials; AwsError if there are none, or invalid ones."""
    try:
        return str(client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise AwsError(
            f"no AWS account: {error}. Sign in (`aws configure`, `aws sso login`, AWS_PROFILE)"
        ) from error
