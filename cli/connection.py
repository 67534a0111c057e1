"""Which AWS a command talks to, and what time it is there."""

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from cli.errors import CommandError
from cli.reads.aws import Clients

HOME_HERE = Path(".evergreen/up")
LOCAL_REGION = "eu-west-1"
NOTHING_TO_TALK_TO = (
    "Neither AWS credentials nor a local AWS were found: sign in to AWS (`aws configure`, "
    "AWS_PROFILE), or start the local one with `make up` and give its folder with --home."
)


@dataclass(frozen=True, slots=True)
class Connection:
    """An Evergreen deployment within reach."""

    clients: Clients
    prefix: str
    now: datetime
    poll_seconds: float
    found: str | None = None  # what to tell, when nobody asked for this AWS by name


def connect(prefix: str, home: Path | None) -> Connection:
    """Choose: --home, EVERGREEN_HOME, AWS_ENDPOINT_URL, a local AWS running here, or AWS itself.

    Raises CommandError (exit code 2) when there is nothing to talk to.
    """
    named = home or (Path(text) if (text := os.environ.get("EVERGREEN_HOME")) else None)
    if named is not None:
        return _local(prefix, _endpoint_of(named), None)
    if url := os.environ.get("AWS_ENDPOINT_URL"):
        return _local(prefix, url, None)
    signed_in = {"AWS_PROFILE", "AWS_ACCESS_KEY_ID"} & set(os.environ)
    if not signed_in and (HOME_HERE / "server.json").is_file():
        url = _endpoint_of(HOME_HERE)
        return _local(prefix, url, f"Local AWS of {HOME_HERE} ({url})")
    return _aws(prefix)


def _endpoint_of(home: Path) -> str:
    record = home / "server.json"
    try:
        return str(json.loads(record.read_text())["endpoint_url"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"No local AWS was found: {record} cannot be read.", 2) from error


def _local(prefix: str, url: str, found: str | None) -> Connection:
    now = _time_at(url)

    @cache
    def clients(service: str) -> Any:
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=url,
            region_name=os.environ.get("AWS_REGION", LOCAL_REGION),
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - nobody checks it
            config=Config(read_timeout=300, s3={"addressing_style": "path"}),
        )

    return Connection(clients, prefix, now, poll_seconds=1, found=found)


def _time_at(url: str) -> datetime:
    """Ask an endpoint for its time; one that is not Evergreen's own keeps the machine's."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/_evergreen/clock", timeout=30) as answer:  # noqa: S310
            return datetime.fromisoformat(json.load(answer)["now"])
    except urllib.error.HTTPError:
        return datetime.now(UTC)
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(
            f"The AWS at {url} does not answer: start it with `make up`, or name another one.", 2
        ) from error


def _aws(prefix: str) -> Connection:
    session = boto3.Session()
    try:
        credentials = session.get_credentials()
    except BotoCoreError as error:
        raise CommandError(f"No AWS credentials: {error}.", 2) from error
    if credentials is None:
        raise CommandError(NOTHING_TO_TALK_TO, 2)
    if session.region_name is None:
        raise CommandError("No AWS region is set: set AWS_REGION or the profile's region.", 2)

    @cache
    def clients(service: str) -> Any:
        make: Any = session.client
        return make(service, config=Config(read_timeout=300))

    return Connection(clients, prefix, datetime.now(UTC), poll_seconds=15)
