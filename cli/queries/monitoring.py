"""Hourly monitoring results of an endpoint, and the threshold of its relative loss."""

import json
from pathlib import PurePosixPath

from cli.aws import Json, pages, s3_object
from cli.connection import Connection
from cli.terminal import note


def monitoring_results(
    connection: Connection,
    stage: str = "production",
    last: int | None = None,
    *,
    since: str | None = None,
    until: str | None = None,
) -> list[Json]:
    """Return all or the `last` monitoring results of a stage, oldest first.

    With `since` and `until` (ISO times) only those of hours after the first, up to the second.
    """
    clients, bucket = connection.clients, connection.outputs.bucket_name
    listed = pages(
        clients("s3"), "list_objects_v2", "Contents", Bucket=bucket, Prefix=f"monitoring/{stage}/"
    )
    keys = sorted(entry["Key"] for entry in listed)  # keys sort by hour
    if since:
        keys = [key for key in keys if since < _hour(key) and (not until or _hour(key) <= until)]
    selected = keys if last is None else keys[-last:]
    uris = [f"s3://{bucket}/{key}" for key in selected]
    found: list[Json] = []
    for uri in uris:
        try:
            result = json.loads(s3_object(clients, uri))
        except (RecursionError, ValueError):
            result = None
        if isinstance(result, dict) and "time" in result:
            found.append(result)
        else:
            note(f"{uri} is no monitoring result")
    return sorted(found, key=lambda result: str(result["time"]))


def _hour(key: str) -> str:
    """Return the hour (ISO) of a key: …/production-2024-10-10T13:00:00Z.json."""
    return PurePosixPath(key).stem.partition("-")[2]


def threshold(connection: Connection) -> Json:
    """Return the relative loss above which production is degraded, and what it follows from.

    Keys: value, typical, policy, set_by (package ARN), windows …; value and set_by are None until
    a model has been deployed.
    """
    name = connection.outputs.threshold_parameter
    parameter = connection.clients("ssm").get_parameter(Name=name)["Parameter"]
    value: Json = json.loads(parameter["Value"])
    return value
