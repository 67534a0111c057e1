"""Results of monitoring jobs: `monitoring-jobs/<endpoint>/<analysis>/yyyy/mm/dd/hh/`."""

import json

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from common import monitoring_reports

FILES = {
    "data-quality": "constraint_violations.json",
    "drift": "drift.json",
    "model-quality": "constraint_violations.json",
}


def newest(connection: Connection, stage: str, analysis: str, file: str | None = None) -> str:
    """Return the newest file of an analysis; CommandError if there is none."""
    endpoint = connection.outputs.endpoint_names[stage]
    name = file or FILES[analysis]
    prefix, key = monitoring_reports.prefix(endpoint, analysis), ""
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys = (entry["Key"] for entry in page.get("Contents", []))
        key = max([key, *(found for found in keys if found.endswith(f"/{name}"))])
    if not key:
        raise CommandError(
            f"no {analysis} of {stage} was analyzed yet: `evergreen monitor --wait` does it now"
        )
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body.decode()


def document(connection: Connection, stage: str, analysis: str) -> Json:
    """Return the newest result of an analysis; CommandError if there is none."""
    found: Json = json.loads(newest(connection, stage, analysis))
    return found
