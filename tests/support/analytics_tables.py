"""The tables of terraform/modules/analytics in Glue, with the columns of its tables.json."""

import json
import re
from pathlib import Path

FILE = Path(__file__).parents[2] / "terraform" / "modules" / "analytics" / "tables.json"
ENDPOINTS = ("evergreen-production", "evergreen-staging")
STORE = "feature-store/123456789012/sagemaker/eu-west-1/offline-store/evergreen-minutes-1/data"
# Of the first version of the feature group.
FEATURES = {
    "tx_minute": "string",
    "total_nb_trx_1min": "bigint",
    "total_fee_1min": "bigint",
    "avg_fee_1min": "double",
    "event_time": "string",
    "write_time": "timestamp",
    "api_invocation_time": "timestamp",
    "is_deleted": "boolean",
}
SERDE = "org.openx.data.jsonserde.JsonSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


def create(glue, bucket, database="evergreen"):
    """Create the database and its tables."""
    glue.create_database(DatabaseInput={"Name": database})
    for table in definitions(bucket):
        glue.create_table(DatabaseName=database, TableInput=table)


def definitions(bucket):
    """Yield what CreateTable takes, as Terraform sends it."""
    for name, table in json.loads(FILE.read_text()).items():
        columns = dict(column.split(" ", 1) for column in table["columns"])
        mapping = {f"mapping.{column}": key for column, key in table.get("mapping", {}).items()}
        yield _table(name, columns, f"s3://{bucket}/{table['path']}", SERDE, mapping)
    path = f"s3://{bucket}/{STORE}/year=${{year}}/month=${{month}}/day=${{day}}/"
    yield _table("minutes", FEATURES, path, PARQUET, {})


def _table(name, columns, template, serde, parameters):
    parts = re.findall(r"\$\{(\w+)\}", template)
    projection = {f"projection.{part}.type": "integer" for part in parts[-3:]}
    for part in parts[:-3]:
        projection[f"projection.{part}.type"] = "enum"
        values = {"endpoint": ENDPOINTS, "variant": ("AllTraffic",)}[part]
        projection[f"projection.{part}.values"] = ",".join(values)
    return {
        "Name": name,
        "Parameters": {"storage.location.template": template, **projection},
        "PartitionKeys": [{"Name": part, "Type": "string"} for part in parts],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
        },
    }
