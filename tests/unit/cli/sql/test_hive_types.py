import pytest

from cli.sql.hive_types import HiveTypeError, duckdb_type


@pytest.mark.parametrize(
    ("hive", "expected"),
    [
        ("string", "VARCHAR"),
        ("array<bigint>", "BIGINT[]"),
        (
            "struct<a:array<struct<b:string,c:double>>,d:timestamp>",
            'STRUCT("a" STRUCT("b" VARCHAR, "c" DOUBLE)[], "d" TIMESTAMP)',
        ),
    ],
    ids=["primitive", "array", "nested"],
)
def test_type_is_translated(hive, expected):
    assert duckdb_type(hive) == expected


@pytest.mark.parametrize("hive", ["map<string,string>", "", "array<", "array<decimal(10,2)>"])
def test_other_type_is_named(hive):
    with pytest.raises(HiveTypeError, match="type: got '"):
        duckdb_type(hive)
