"""What production's forecasts were worth: the hourly readings and their threshold."""

import json

from botocore.exceptions import ClientError

from cli.reads.aws import Clients, Json, absent, bucket, pages, s3_object


def readings(
    clients: Clients, prefix: str, stage: str = "production", last: int | None = None
) -> list[Json]:
    """Return a stage's readings as the collector wrote them (only the `last` ones), by time."""
    place = bucket(clients, prefix)
    listed = pages(
        clients("s3"), "list_objects_v2", "Contents", Bucket=place, Prefix=f"monitoring/{stage}/"
    )
    try:
        keys = sorted(entry["Key"] for entry in listed)  # a key begins with the reading's hour
    except ClientError as error:
        if absent(error):
            return []
        raise
    wanted = keys if last is None else keys[-last:]
    found: list[Json] = [json.loads(s3_object(clients, f"s3://{place}/{key}")) for key in wanted]
    return sorted(found, key=lambda reading: str(reading["time"]))


def threshold(clients: Clients, prefix: str) -> Json | None:
    """Return the loss above which production counts as degraded: value, set_by (package ARN).

    Both are None before the first deployment of a model; without the parameter, which Terraform
    makes, there is no Evergreen, and None is returned.
    """
    name = f"/{prefix}/quality/threshold"
    try:
        value: Json = json.loads(clients("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    except ClientError as error:
        if absent(error):
            return None
        raise
    return value
