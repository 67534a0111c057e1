"""The deployment that a command works on: clients, account, region, time, resource names."""

import json
import os
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from botocore.exceptions import BotoCoreError

from cli import target
from cli.aws import Clients
from cli.errors import CommandError
from cli.outputs import Outputs, read_outputs
from cli.target import Target
from common.training_workflow.workflow import Workflow, open_workflow

LOCAL_REGION = "eu-west-1"
Credentials = tuple[str, str, str | None]  # access key, secret key, session token
ADMINISTRATOR: Credentials = ("test", "test", None)  # of the local AWS, which checks no signatures


@dataclass(frozen=True)
class Connection:
    """Access to a deployment, which may not exist."""

    clients: Clients
    prefix: str
    account: str
    region: str
    now: datetime
    target: Target = field(default_factory=Target)
    poll_seconds: float = 15

    def __str__(self) -> str:
        """Describe the target for the user."""
        where = "local AWS" if self.target.is_local else "AWS"
        where += f" at {self.target.url}" if self.target.url else ""
        return f"{where}, account {self.account}, region {self.region}, prefix {self.prefix}"

    @cached_property
    def outputs(self) -> Outputs:
        """The deployment's resource names; CommandError if it does not exist."""
        return read_outputs(self.clients("ssm"), self.prefix, f"{self.account}/{self.region}")

    @cached_property
    def workflow(self) -> Workflow:
        """The training workflow of the deployment; CommandError if it does not exist."""
        arn = self.outputs.training_workflow_arn
        return open_workflow(arn, self.clients("sagemaker"), self.clients("stepfunctions"))


def connect(chosen: Target, prefix: str) -> Connection:
    """Open a connection; CommandError (exit code 2) if the target cannot be reached."""
    return connect_local(chosen.url, prefix, chosen) if chosen.is_local else _aws(chosen, prefix)


def renewed(connection: Connection) -> Connection:
    """Return a connection with the present time and names; CommandError if AWS is not reached."""
    target = connection.target
    now = _time_and_region(target.url)[0] if target.is_local else datetime.now(UTC)
    return replace(connection, now=now)


def connect_local(url: str, prefix: str, chosen: Target | None = None) -> Connection:
    """Open a connection to a local AWS, which has its own clock, as the deployment's operator."""
    now, region = _time_and_region(url)
    account = local_client("sts", url, region).get_caller_identity()["Account"]

    @cache
    def session() -> Credentials:
        return _operator_session(url, region, prefix, account)

    def clients(service: str) -> Any:
        return local_client(service, url, region, credentials=session())

    return Connection(clients, prefix, account, region, now, chosen or Target(url), 1)


def _operator_session(url: str, region: str, prefix: str, account: str) -> Credentials:
    """Assume the operator role of a deployment; the administrator if there is no deployment."""
    try:
        outputs = read_outputs(local_client("ssm", url, region), prefix, f"{account}/{region}")
    except CommandError:
        return ADMINISTRATOR
    name = re.sub(r"[^\w+=,.@-]", "-", os.environ.get("USER", ""))[:64]
    keys = local_client("sts", url, region).assume_role(
        RoleArn=outputs.operator_role_arn, RoleSessionName=name if len(name) > 1 else "operator"
    )["Credentials"]
    return keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]


@cache
def local_client(
    service: str,
    url: str,
    region: str,
    attempts: int = 3,
    read_timeout: float = 900,
    credentials: Credentials = ADMINISTRATOR,
) -> Any:
    """Return a boto3 client of the local AWS at `url`."""
    import boto3  # noqa: PLC0415 - a quarter of a second, which --help does not need
    from botocore.config import Config  # noqa: PLC0415

    make: Any = boto3.client
    key, secret, token = credentials
    return make(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(
            read_timeout=read_timeout,
            retries={"total_max_attempts": attempts},
            s3={"addressing_style": "path"},
        ),
    )


def _time_and_region(url: str) -> tuple[datetime, str]:
    """Return time and region of the local AWS, or of this machine for another emulator."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/_evergreen/clock", timeout=30) as response:  # noqa: S310
            clock = json.load(response)
            return datetime.fromisoformat(clock["now"]), clock["region"]
    except urllib.error.HTTPError:
        return datetime.now(UTC), target.environment("AWS_REGION") or LOCAL_REGION
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(
            f"the local AWS at {url} does not respond: start it with `make up`, clean up with "
            "`make down`, or name another target (--target aws, --home DIR)",
            2,
        ) from error


def _aws(chosen: Target, prefix: str) -> Connection:
    from botocore.config import Config  # noqa: PLC0415

    from common import aws_session  # noqa: PLC0415 - imports boto3

    try:
        session = aws_session.session()
        credentials = session.get_credentials()
    except BotoCoreError as error:
        raise CommandError(f"no AWS credentials: {error}", 2) from error
    if credentials is None:
        raise CommandError(
            "neither AWS credentials nor a local AWS were found: sign in to AWS (`aws configure`, "
            "AWS_PROFILE), or start the local AWS with `make up`",
            2,
        )
    if session.region_name is None:
        raise CommandError("no AWS region is set: set AWS_REGION, or the region of the profile", 2)

    @cache
    def clients(service: str) -> Any:
        make: Any = session.client
        # Without a URL the target is AWS itself: ignore AWS_ENDPOINT_URL.
        options: Any = {"read_timeout": 300, "ignore_configured_endpoint_urls": not chosen.url}
        return make(service, endpoint_url=chosen.url or None, config=Config(**options))

    account = clients("sts").get_caller_identity()["Account"]
    return Connection(clients, prefix, account, session.region_name, datetime.now(UTC), chosen)
