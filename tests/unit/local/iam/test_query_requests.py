"""Permissions of requests to Glue and Athena."""

import json

import pytest

from local.http_messages import Request
from local.iam import service_requests

GLUE, ATHENA = (f"arn:aws:{name}:eu-west-1:123456789012" for name in ("glue", "athena"))


def checks(service, operation, **fields):
    headers = {"x-amz-target": f"AWS.{operation}"}
    request = Request("POST", "/", {}, headers, json.dumps(fields).encode())
    found = service_requests.checks(service, request)
    assert {check.action for check in found} == {f"{service}:{operation}"}
    return [check.resource for check in found]


@pytest.mark.parametrize(
    ("operation", "fields", "expected"),
    [
        ("GetTables", {"DatabaseName": "d"}, ["database/d", "table/d/*"]),
        ("GetTable", {"DatabaseName": "d", "Name": "t"}, ["database/d", "table/d/t"]),
        (
            "CreateTable",
            {"DatabaseName": "d", "TableInput": {"Name": "t"}},
            ["database/d", "table/d/t"],
        ),
        ("GetDatabase", {"Name": "d"}, ["database/d"]),
        ("CreateDatabase", {"DatabaseInput": {"Name": "d"}}, ["database/d"]),
        (
            "DeleteDatabase",
            {"Name": "d"},
            ["database/d", "table/d/*", "userDefinedFunction/d/*"],
        ),
    ],
)
def test_glue_needs_the_permission_for_each_level(operation, fields, expected):
    assert checks("glue", operation, **fields) == [
        f"{GLUE}:{resource}" for resource in ("catalog", *expected)
    ]


def test_tags_are_those_of_one_resource():
    arn = f"{GLUE}:database/d"
    assert checks("glue", "GetTags", ResourceArn=arn) == [arn]


@pytest.mark.parametrize("operation", ["GetWorkGroup", "StartQueryExecution"])
def test_athena_needs_the_permission_for_the_workgroup(operation):
    assert checks("athena", operation, WorkGroup="w") == [f"{ATHENA}:workgroup/w"]
