"""Types of Hive, which the Glue tables have, as types of DuckDB. Pure."""

from collections.abc import Iterator

PRIMITIVES = {
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "double": "DOUBLE",
    "int": "INTEGER",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
}


class HiveTypeError(ValueError):
    """The type is none that the project's tables have."""


def duckdb_type(hive: str) -> str:
    """Return the type of DuckDB, such as `STRUCT("a" BIGINT)[]`; raises HiveTypeError."""
    if inner := _inner(hive, "array"):
        return f"{duckdb_type(inner)}[]"
    if inner := _inner(hive, "struct"):
        fields = [field.partition(":") for field in _fields(inner)]
        return f"STRUCT({', '.join(f'{quoted(name)} {duckdb_type(t)}' for name, _, t in fields)})"
    try:
        return PRIMITIVES[hive]
    except KeyError:
        expected = f"expected array, struct or one of {', '.join(PRIMITIVES)}"
        raise HiveTypeError(f"type: got {hive!r}, {expected}") from None


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _inner(hive: str, kind: str) -> str:
    inside = hive.startswith(f"{kind}<") and hive.endswith(">")
    return hive[len(kind) + 1 : -1] if inside else ""


def _fields(text: str) -> Iterator[str]:
    """Yield the parts between the commas that are not inside angle brackets."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]
