"""The tables of a deployment, as the Glue database has them (terraform/modules/analytics)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.aws import Json, pages
from cli.connection import Connection

MAPPING = "mapping."  # of a column to a key of the JSON lines, which may not be a name in SQL


@dataclass(frozen=True, slots=True)
class Table:
    """A table over objects in S3, partitioned by year, month and day, and by other parts of keys.

    `columns` has the types of Hive by name, `partitions` the values of the other parts, and
    `template` is the URI of a partition with `${name}` for its values.
    """

    name: str
    columns: Mapping[str, str]
    partitions: Mapping[str, tuple[str, ...]]
    template: str
    is_json: bool
    mapping: Mapping[str, str]

    @property
    def all_columns(self) -> dict[str, str]:
        """Columns of the objects and of their paths, with the types of Hive."""
        parts = [*self.partitions, "year", "month", "day"]
        return {**self.columns, **dict.fromkeys(parts, "string")}


def tables(connection: Connection) -> dict[str, Table]:
    """Return the tables by name."""
    database = connection.outputs.tables["database"]
    glue = connection.clients("glue")
    found = pages(glue, "get_tables", "TableList", DatabaseName=database)
    return {table.name: table for table in sorted(map(_table, found), key=lambda t: t.name)}


def _table(described: Json) -> Table:
    storage, parameters = described["StorageDescriptor"], described["Parameters"]
    serde: Mapping[str, Any] = storage["SerdeInfo"]
    values = {
        key["Name"]: tuple(parameters[f"projection.{key['Name']}.values"].split(","))
        for key in described["PartitionKeys"]
        if parameters[f"projection.{key['Name']}.type"] == "enum"
    }
    return Table(
        name=described["Name"],
        columns={column["Name"]: column["Type"] for column in storage["Columns"]},
        partitions=values,
        template=parameters["storage.location.template"],
        is_json="JsonSerDe" in serde["SerializationLibrary"],
        mapping={
            name.removeprefix(MAPPING): key
            for name, key in serde.get("Parameters", {}).items()
            if name.startswith(MAPPING)
        },
    )
