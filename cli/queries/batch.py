"""The manifests of batch scoring."""

import json

from cli.aws import Json, pages
from cli.connection import Connection
from common.batch_files import OUTPUT

MANIFEST = ".manifest.json"


def manifests(connection: Connection) -> list[Json]:
    """Return the manifests of all files, in order of their names."""
    s3, bucket = connection.clients("s3"), connection.outputs.bucket_name
    items = pages(s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=OUTPUT)
    keys = [item["Key"] for item in items if item["Key"].endswith(MANIFEST)]
    return [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
