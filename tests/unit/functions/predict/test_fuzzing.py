"""Schemathesis sends what the OpenAPI documents allow and forbid: every answer is documented."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from predict import inference
from tests.support.openapi_documents import check, document
from tests.support.predict_api import MODELS, Api, environment
from tests.support.predict_wsgi import application

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations():
    for model in MODELS:
        for path, methods in document(model)["paths"].items():
            for method in methods:
                yield model, method.upper(), path


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("model", "method", "path"), list(operations()))
def test_every_answer_is_documented(monkeypatch, capsys, model, method, path, mode):
    for name, value in environment(model).items():
        monkeypatch.setenv(name, value)
    app = application(Api(), document(model))
    generation = GenerationConfig(modes=[mode])
    config = SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(generation=generation))
    )
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)
    operation = schema[path][method]

    statuses = set()

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        response = case.call()
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    send()
    assert 404 not in statuses
    assert 200 in statuses or mode is schemathesis.GenerationMode.NEGATIVE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@pytest.mark.parametrize("path", ["/stream", "/batch"])
@pytest.mark.parametrize("model", MODELS)
def test_any_json_with_nan_and_infinity_is_answered_as_documented(monkeypatch, model, path):
    for name, value in environment(model).items():
        monkeypatch.setenv(name, value)
    api, known = Api(), document(model)["paths"][path]["post"]["requestBody"]["content"]
    example = known["application/json"]["example"]

    @settings(FEW, max_examples=40)
    @given(junk=JSON, name=st.sampled_from(sorted(example)))
    def send(junk, name):
        for body in (junk, {**example, name: junk}, {**example, name: [junk]}):
            check(model, "POST", path, api.call("POST", path, json.dumps(body)))

    send()


@pytest.mark.parametrize("path", ["/stream", "/batch"])
@pytest.mark.parametrize("model", MODELS)
def test_huge_bodies_and_other_types_are_answered_as_documented(monkeypatch, model, path):
    for name, value in environment(model).items():
        monkeypatch.setenv(name, value)
    api = Api()
    for body, kind in (
        (" " * (inference.MAX_BYTES + 1), "application/json"),
        ("x" * (inference.MAX_BYTES + 1), "application/json"),
        ("[" * 500_000, "application/json"),
        ("1" * 100_000, "application/json"),
        ("1," * 100_000, "text/csv"),
        ('"' * 200_001, "text/csv"),
        ("\0", "text/csv"),
        ("<x/>", "application/xml"),
        ("x", "multipart/form-data; boundary=x"),
    ):
        answer = api.call("POST", path, body, content_type=kind)
        check(model, "POST", path, answer)
        assert answer.status in {400, 413, 415}
