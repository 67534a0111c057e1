"""Answers of the HTTP API against its OpenAPI document."""

import json
from pathlib import Path

import jsonschema_rs

FOLDER = Path(__file__).parents[2] / "functions" / "predict" / "openapi"


def document(model):
    return json.loads((FOLDER / f"{model}.json").read_text())


def resolved(found, node):
    """Follow a reference within the document."""
    while "$ref" in node:
        target = found
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def check(model, method, path, answer):
    """Fail unless status, content type, headers and body of an answer are documented."""
    found = document(model)
    responses = found["paths"][path][method.lower()]["responses"]
    assert str(answer.status) in responses, f"{method} {path} -> {answer.status}: {answer.text}"
    response = resolved(found, responses[str(answer.status)])
    for name, header in response["headers"].items():
        if resolved(found, header)["required"]:
            assert name.lower() in answer.headers
    kind = answer.content_type.partition(";")[0]
    assert kind in response["content"], f"{method} {path} -> {kind}"
    schema = {**response["content"][kind]["schema"], "components": found["components"]}
    value = answer.text if kind == "text/csv" else json.loads(answer.text)
    jsonschema_rs.validate(schema, value)
