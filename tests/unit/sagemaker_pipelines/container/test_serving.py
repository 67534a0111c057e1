"""Requests and answers, first without HTTP, then over it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest

from sagemaker_pipelines.container.forecaster import Forecaster
from sagemaker_pipelines.container.requests import (
    Configuration,
    RequestError,
    answer,
    answer_lines,
)
from tests.unit.sagemaker_pipelines.container.jobs import ROOT, environment, wave

INSTANCE = {"start": "2024-10-10 00:00:00", "target": [*wave(60), "NaN", None]}
ASKED = {
    "num_samples": 50,
    "output_types": ["mean", "quantiles"],
    "quantiles": ["0.1", "0.5", "0.9"],
}
BATCH = {"DEEPAR_INFERENCE_CONFIG": json.dumps(ASKED)}


@pytest.fixture(scope="module")
def forecaster(trained):
    return Forecaster.load(trained[0].model)


def ask(forecaster, instances=(INSTANCE,), **configuration):
    request = {"instances": list(instances), "configuration": ASKED | configuration}
    return answer(forecaster, json.dumps(request).encode())["predictions"]


def test_answer_has_amazon_deepars_shape(forecaster):
    [prediction] = ask(forecaster)
    assert set(prediction) == {"mean", "quantiles"}
    assert list(prediction["quantiles"]) == ["0.1", "0.5", "0.9"]
    assert {len(row) for row in prediction["quantiles"].values()} == {5}
    [samples] = ask(forecaster, output_types=["samples"], num_samples=7)
    assert np.shape(samples["samples"]) == (7, 5)


def test_quantiles_are_ordered_and_never_negative(forecaster):
    [prediction] = ask(forecaster, quantiles=["0.01", "0.3", "0.5", "0.99"])
    rows = np.array(list(prediction["quantiles"].values()))
    assert (np.diff(rows, axis=0) >= 0).all()
    assert (rows >= 0).all()


def test_series_is_forecast_alike_alone_and_in_company(forecaster):
    other = {"start": "2024-10-11 00:00:00", "target": wave(30)}
    assert ask(forecaster)[0] == ask(forecaster, [other, INSTANCE])[1] == ask(forecaster)[0]


@pytest.mark.parametrize("length", [1, 5, 2000])
def test_any_length_of_history_is_enough(forecaster, length):
    [prediction] = ask(forecaster, [INSTANCE | {"target": wave(length)}])
    assert np.isfinite(prediction["mean"]).all()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "the request is not JSON"),
        (b"\xff\xfe\xfa", "the request is not JSON"),
        (b"[" * 100_000, "the request is not JSON"),
        (b"[]", "must be an object with a list of instances"),
        (b'{"instances": []}', "must be an object with a list of instances"),
        (b'{"instances": [1]}', "instances[0]: a series must be a JSON object"),
        (
            json.dumps({"instances": [{"start": "x"}]}).encode(),
            "instances[0]: start must be a time",
        ),
    ],
    ids=["cut", "bytes", "deep", "list", "none", "number", "start"],
)
def test_malformed_request_is_refused_with_a_sentence(forecaster, body, sentence):
    with pytest.raises(RequestError) as caught:
        answer(forecaster, body)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        ([], "configuration must be an object"),
        ({"num_samples": 0}, "num_samples must be an integer from 1 to"),
        ({"num_samples": True}, "num_samples must be an integer from 1 to"),
        ({"output_types": ["all"]}, "output_types must be among mean, quantiles, samples"),
        ({"quantiles": []}, "quantiles must be a list"),
        ({"quantiles": ["1"]}, "quantiles must be texts like"),
        ({"quantiles": "0.5"}, "quantiles must be a list"),
    ],
)
def test_unusable_configuration_is_refused_with_a_sentence(configuration, sentence):
    with pytest.raises(RequestError, match=sentence):
        Configuration.parse(configuration)


def test_batch_answers_line_by_line(forecaster):
    line = json.dumps(INSTANCE).encode()
    lines = answer_lines(forecaster, line + b"\n" + line + b"\n", Configuration.parse(ASKED))
    assert [json.loads(one) for one in lines.splitlines()] == ask(forecaster) * 2


@pytest.fixture(scope="module")
def served(trained):
    """A real server; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"EVERGREEN_BIND_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": str(port)}
    deadline = time.monotonic() + 60
    server = subprocess.Popen(
        [sys.executable, "-m", "sagemaker_pipelines.container", "serve"],
        cwd=ROOT,
        env=environment(trained[0].base, MODEL_SERVER_WORKERS="1", **settings, **BATCH),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while call(address + "/ping")[0] != 200:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        yield address
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0


def call(url, body=None, kind="application/json"):
    request = urllib.request.Request(url, body, {"Content-Type": kind} if body else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers["Content-Type"], response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()
    except urllib.error.URLError:
        return 0, "", b""


def test_endpoint_answers_json(served, forecaster):
    body = json.dumps({"instances": [INSTANCE], "configuration": ASKED}).encode()
    status, kind, content = call(served + "/invocations", body)
    assert (status, kind) == (200, "application/json")
    assert_close(json.loads(content)["predictions"], ask(forecaster))


def test_transform_answers_json_lines_as_its_environment_says(served, forecaster):
    body = json.dumps(INSTANCE).encode()
    status, kind, content = call(served + "/invocations", body, "application/jsonlines")
    assert (status, kind) == (200, "application/jsonlines")
    assert_close([json.loads(content)], ask(forecaster))


def assert_close(predictions, expected):
    """Compare predictions of two processes, whose BLAS kernels may round differently."""
    assert len(predictions) == len(expected)
    for prediction, wanted in zip(predictions, expected, strict=True):
        assert prediction["quantiles"].keys() == wanted["quantiles"].keys()
        assert prediction["mean"] == pytest.approx(wanted["mean"], rel=1e-6)
        for level, row in wanted["quantiles"].items():
            assert prediction["quantiles"][level] == pytest.approx(row, rel=1e-6)


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/invocations", b"{", "application/json", 400),
        ("/invocations", b"{", "application/jsonlines", 400),
        ("/invocations", b"\n", "application/jsonlines", 400),
        ("/invocations", b"a,b", "text/csv", 415),
        ("/invocations", b" " * (6 * 1024 * 1024 + 1), "application/json", 413),
        ("/invocations", None, "", 404),
        ("/other", None, "", 404),
    ],
)
def test_mistakes_are_answered_with_a_sentence(served, path, body, kind, status):
    found, _, content = call(served + path, body, kind)
    assert found == status
    assert json.loads(content)["error"]


def test_serving_needs_no_torch():
    code = "import sagemaker_pipelines.container.server, sys; print('torch' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        check=True,
    )
    assert shown.stdout.strip() == b"False"
