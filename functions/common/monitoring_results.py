"""Monitoring results in the data bucket: one per stage and hour, with keys that sort by time."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, PositiveFloat, ValidationError

from common import times
from common.config import describe
from common.events import Event, TimeText

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def folder(stage: str, hour: datetime) -> str:
    """Return the folder of an hour's result."""
    return f"monitoring/{stage}/{hour:%Y/%m/%d/%H}"


def key(stage: str, hour: datetime) -> str:
    """Return the key of an hour's result."""
    return f"{folder(stage, hour)}/{stage}-{times.iso(hour)}.json"


def additional_key(stage: str, trigger: str, at: datetime) -> str:
    """Return the key of the result of another trigger than the schedule, which is no reading."""
    day = f"{at:%Y/%m/%d/%H}"
    return f"monitoring-additional/{stage}/{day}/{stage}-{times.iso(at)}-{trigger}.json"


def time(name: str) -> str:
    """Return the hour (ISO) of the result with a key."""
    return name.removesuffix(".json").partition("-")[2]


def keys(s3: "S3Client", bucket: str, stage: str, after: str) -> list[str]:
    """Return the keys after a key or folder, oldest first; at most 1,000 hours."""
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"monitoring/{stage}/", StartAfter=after)
    return [item["Key"] for item in listed.get("Contents", [])]


class ResultError(ValueError):
    """An object is not a monitoring result."""


class _Window(Event):
    first_minute: TimeText


class _Result(Event):
    """The fields that decisions depend on."""

    model_config = ConfigDict(allow_inf_nan=False)

    breach: bool
    breach_since: TimeText | None
    package_arn: str | None
    relative_loss: PositiveFloat | None
    threshold: PositiveFloat | None
    time: TimeText
    windows: list[_Window]


def read(s3: "S3Client", bucket: str, name: str) -> dict[str, Any]:
    """Return the result with a key; raises ResultError if it is none."""
    body = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
    return parse(body, f"s3://{bucket}/{name}")


def parse(body: bytes, name: str) -> dict[str, Any]:
    """Return the result in an object; raises ResultError if it is none."""
    try:
        result: dict[str, Any] = json.loads(body)
        _Result.model_validate(result)
    except ValidationError as error:
        raise ResultError(f"{name}: {describe(error)}") from None
    except (RecursionError, ValueError) as error:
        raise ResultError(f"{name}: expected JSON ({error})") from None
    return result
