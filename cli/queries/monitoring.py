"""Hourly monitoring results of an endpoint, and the threshold of its loss."""

import json

from cli.aws import Json, pages, s3_object
from cli.connection import Connection


def monitoring_results(
    connection: Connection, stage: str = "production", last: int | None = None
) -> list[Json]:
    """Return a stage's (`last`) monitoring results as the collector wrote them, oldest first."""
    clients, bucket = connection.clients, connection.outputs.bucket_name
    listed = pages(
        clients("s3"), "list_objects_v2", "Contents", Bucket=bucket, Prefix=f"monitoring/{stage}/"
    )
    keys = sorted(entry["Key"] for entry in listed)  # a key begins with the hour of the result
    wanted = keys if last is None else keys[-last:]
    found: list[Json] = [json.loads(s3_object(clients, f"s3://{bucket}/{key}")) for key in wanted]
    return sorted(found, key=lambda result: str(result["time"]))


def threshold(connection: Connection) -> Json:
    """Return the loss above which production counts as degraded: value, set_by (package ARN).

    Both are None until a model has been deployed.
    """
    name = connection.outputs.threshold_parameter
    parameter = connection.clients("ssm").get_parameter(Name=name)["Parameter"]
    value: Json = json.loads(parameter["Value"])
    return value
