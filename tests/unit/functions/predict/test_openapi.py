"""The OpenAPI documents: up to date, valid, and true of every answer of the handler."""

import json
import sys

import jsonschema_rs
import pytest

from predict.problems import Kind
from scripts import openapi
from tests.support.aws_calls import CallError
from tests.support.openapi_documents import check, document, resolved
from tests.support.predict_api import MODELS, Api, environment, model_error, record
from tests.support.terraform_source import TERRAFORM, local_value

SERVE = TERRAFORM / "modules" / "serve"


@pytest.fixture(params=MODELS)
def model(request, monkeypatch):
    for name, value in environment(request.param, MAX_ROWS="2").items():
        monkeypatch.setenv(name, value)
    return request.param


def test_documents_are_up_to_date(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["openapi", "--check"])
    openapi.main()
    assert sorted(file.stem for file in openapi.FOLDER.glob("*.json")) == sorted(
        [*MODELS, "template"]
    )


def test_outdated_document_is_named_and_renewed(monkeypatch, tmp_path):
    for file in openapi.FOLDER.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    monkeypatch.setattr(openapi, "FOLDER", tmp_path)
    (tmp_path / "abalone.json").write_text("{}")
    monkeypatch.setattr(sys, "argv", ["openapi", "--check"])
    with pytest.raises(SystemExit, match=r"out of date: abalone\.json\. Run"):
        openapi.main()
    monkeypatch.setattr(sys, "argv", ["openapi"])
    openapi.main()
    assert json.loads((tmp_path / "abalone.json").read_text()) == document("abalone")


@pytest.mark.parametrize("name", MODELS)
def test_schemas_are_json_schema_and_fit_the_examples(name):
    found = document(name)
    assert found["openapi"] == "3.1.0"
    for schema in found["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    for path in ("/stream", "/batch"):
        content = found["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        jsonschema_rs.validate(resolved(found, content["schema"]), content["example"])


@pytest.mark.parametrize("name", MODELS)
def test_examples_of_the_document_are_answered(name, monkeypatch):
    for key, value in environment(name).items():
        monkeypatch.setenv(key, value)
    api = Api()
    for path, operations in document(name)["paths"].items():
        for method, operation in operations.items():
            body = None
            if "requestBody" in operation:
                body = operation["requestBody"]["content"]["application/json"]["example"]
            answer = api.call(method.upper(), path, body)
            assert answer.status == 200, answer.text
            check(name, method, path, answer)


def test_every_error_is_documented(model):
    api, seen = Api(), set()
    example = document(model)["paths"]["/batch"]["post"]["requestBody"]["content"]
    body = example["application/json"]["example"]
    (member,) = (name for name, value in body.items() if isinstance(value, list))
    calls = [
        {"body": "{"},
        {"body": {}},
        {"body": body, "content_type": "text/html"},
        {"body": body, "x_inference_id": "a b"},
        {"body": {member: body[member][:1] * 3}},
    ]
    for call in calls:
        answer = api.call("POST", "/batch", **call)
        check(model, "POST", "/batch", answer)
        seen.add(answer.status)
    for code in ("ThrottlingException", "ValidationError", "InternalFailure"):
        api.fails = CallError(code)
        answer = api.call("POST", "/batch", body)
        check(model, "POST", "/batch", answer)
        seen.add(answer.status)
    api.fails = None
    with model_error(api, 400):
        check(model, "POST", "/batch", api.call("POST", "/batch", body))
    api.status, api.newest = None, ""
    check(model, "GET", "/health", api.call("GET", "/health"))
    if model == "forecaster":
        check(model, "GET", "/forecast", api.call("GET", "/forecast"))
    assert seen == {kind.status for kind in Kind} - {404}


@pytest.mark.parametrize("name", MODELS)
def test_csv_is_documented(name, monkeypatch):
    for key, value in environment(name).items():
        monkeypatch.setenv(key, value)
    cells = [str(feature["example"]) for feature in record(name).get("features", [])]
    answer = Api().call("POST", "/stream", ",".join(cells) or "1", content_type="text/csv")
    assert answer.status == (200 if cells else 415)
    check(name, "POST", "/stream", answer)


def test_errors_of_api_gateway_are_documented():
    """Their kinds are those of the function, or named in the script."""
    known = {(kind.status, kind.uri.rpartition(":")[2], kind.title) for kind in Kind}
    for name, problem in local_value(SERVE, "problems").items():
        if name == "__is_block__":
            continue
        status, kind, title = (str(problem[key]).strip('"') for key in ("status", "type", "title"))
        assert (int(status), kind, title) in known or openapi.GATEWAY.get(int(status)) == title, (
            name
        )
        for model in MODELS:
            assert status in document(model)["paths"]["/stream"]["post"]["responses"]
