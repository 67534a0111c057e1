"""Requests and responses, without HTTP and over HTTP."""

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

from sagemaker_pipelines.container.algorithms.deepar.forecaster import Forecaster
from sagemaker_pipelines.container.inference import (
    Configuration,
    RequestError,
    respond,
    respond_lines,
)
from tests.support.training_jobs import ROOT, environment, wave

INSTANCE = {"start": "2024-10-10 00:00:00", "target": [*wave(60), "NaN", None]}
CONFIGURATION = {
    "num_samples": 50,
    "output_types": ["mean", "quantiles"],
    "quantiles": ["0.1", "0.5", "0.9"],
}
BATCH = {"DEEPAR_INFERENCE_CONFIG": json.dumps(CONFIGURATION)}


@pytest.fixture(scope="module")
def forecaster(trained):
    return Forecaster.load(trained[0].model)


def predict(forecaster, instances=(INSTANCE,), **configuration):
    request = {"instances": list(instances), "configuration": CONFIGURATION | configuration}
    return respond(forecaster, json.dumps(request).encode())["predictions"]


def test_response_has_the_format_of_amazon_deepar(forecaster):
    [prediction] = predict(forecaster)
    assert set(prediction) == {"mean", "quantiles"}
    assert list(prediction["quantiles"]) == ["0.1", "0.5", "0.9"]
    assert {len(row) for row in prediction["quantiles"].values()} == {5}
    [samples] = predict(forecaster, output_types=["samples"], num_samples=7)
    assert np.shape(samples["samples"]) == (7, 5)


def test_quantiles_are_ordered_and_never_negative(forecaster):
    [prediction] = predict(forecaster, quantiles=["0.01", "0.3", "0.5", "0.99"])
    rows = np.array(list(prediction["quantiles"].values()))
    assert (np.diff(rows, axis=0) >= 0).all()
    assert (rows >= 0).all()


def test_forecast_of_a_series_is_independent_of_the_batch(forecaster):
    other = {"start": "2024-10-11 00:00:00", "target": wave(30)}
    assert (
        predict(forecaster)[0]
        == predict(forecaster, [other, INSTANCE])[1]
        == predict(forecaster)[0]
    )


@pytest.mark.parametrize("length", [1, 5, 2000])
def test_any_length_of_history_is_accepted(forecaster, length):
    [prediction] = predict(forecaster, [INSTANCE | {"target": wave(length)}])
    assert np.isfinite(prediction["mean"]).all()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "request: expected JSON"),
        (b"\xff\xfe\xfa", "request: expected JSON"),
        (b"[" * 100_000, "request: expected JSON"),
        (b"[]", "request: expected an object with a list of instances"),
        (b'{"instances": []}', "request: expected an object with a list of instances"),
        (b'{"instances": [1]}', "instances[0]: series: got 1, expected a JSON object"),
        (
            json.dumps({"instances": [{"start": "x"}]}).encode(),
            "instances[0]: start: got 'x', expected a time",
        ),
    ],
    ids=["cut", "bytes", "deep", "list", "none", "number", "start"],
)
def test_malformed_request_is_rejected(forecaster, body, message):
    with pytest.raises(RequestError) as caught:
        respond(forecaster, body)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ([], "configuration: got a list of 0, expected a JSON object"),
        ({"num_samples": 0}, "num_samples: got 0, expected greater than or equal to 1"),
        ({"num_samples": True}, "num_samples: got True, expected a valid integer"),
        ({"output_types": ["all"]}, "output_types.0: got 'all', expected 'mean', 'quantiles'"),
        ({"quantiles": []}, "quantiles: got a list of 0, expected at least 1 item"),
        ({"quantiles": ["1"]}, "quantiles.0: got '1', expected"),
        ({"quantiles": "0.5"}, "quantiles: got '0.5', expected a valid tuple"),
    ],
)
def test_invalid_configuration_is_rejected(configuration, message):
    with pytest.raises(RequestError, match=message):
        Configuration.parse(configuration)


def test_batch_responds_line_by_line(forecaster):
    line = json.dumps(INSTANCE).encode()
    lines = respond_lines(
        forecaster, line + b"\n" + line + b"\n", Configuration.parse(CONFIGURATION)
    )
    assert [json.loads(item) for item in lines.splitlines()] == predict(forecaster) * 2


@pytest.fixture(scope="module")
def served(trained):
    """Yield the address of a real server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    deadline = time.monotonic() + 60
    server = subprocess.Popen(
        [sys.executable, "-m", "sagemaker_pipelines.container", "serve", "--host", "127.0.0.1"],
        cwd=ROOT,
        env=environment(
            trained[0].base, MODEL_SERVER_WORKERS="1", SAGEMAKER_BIND_TO_PORT=str(port), **BATCH
        ),
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


def test_endpoint_responds_with_json(served, forecaster):
    body = json.dumps({"instances": [INSTANCE], "configuration": CONFIGURATION}).encode()
    status, kind, content = call(served + "/invocations", body)
    assert (status, kind) == (200, "application/json")
    assert_close(json.loads(content)["predictions"], predict(forecaster))


def test_transform_responds_with_json_lines_as_configured(served, forecaster):
    body = json.dumps(INSTANCE).encode()
    status, kind, content = call(served + "/invocations", body, "application/jsonlines")
    assert (status, kind) == (200, "application/jsonlines")
    assert_close([json.loads(content)], predict(forecaster))


def assert_close(predictions, expected):
    """Compare predictions of two processes, whose BLAS kernels may round differently."""
    assert len(predictions) == len(expected)
    for prediction, reference in zip(predictions, expected, strict=True):
        assert prediction["quantiles"].keys() == reference["quantiles"].keys()
        assert prediction["mean"] == pytest.approx(reference["mean"], rel=1e-6)
        for level, row in reference["quantiles"].items():
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
def test_invalid_requests_have_an_error_message(served, path, body, kind, status):
    found, _, content = call(served + path, body, kind)
    assert found == status
    assert json.loads(content)["error"]


def test_serving_does_not_import_torch():
    code = "import sagemaker_pipelines.container.server, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == b"False"
