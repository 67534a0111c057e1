"""Requests and responses, without HTTP and over HTTP."""

import http.client
import io
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event, Semaphore

import numpy as np
import pytest

from sagemaker_pipelines.container import handlers
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.algorithms.deepar.forecaster import Forecaster
from sagemaker_pipelines.container.application import MAX_INVOCATIONS, THREADS, Application
from sagemaker_pipelines.container.inference import (
    Configuration,
    ForecastHandler,
    RequestError,
    respond,
    respond_lines,
)
from tests.support.model_server import call, serving
from tests.support.training_jobs import ROOT, wave

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
    return json.loads(respond(forecaster, json.dumps(request).encode()))["predictions"]


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
        (b"[" + b"[]," * 10_000, "expected JSON with at most 10000 lists and objects, got 10001"),
        (b"[]", "request: expected an object with a list of instances"),
        (b'{"instances": []}', "request: expected an object with a list of instances"),
        (b'{"instances": [1]}', "instances[0]: series: got 1, expected a JSON object"),
        (
            json.dumps({"instances": [{"start": "x"}]}).encode(),
            "instances[0]: start: got 'x', expected a time",
        ),
    ],
    ids=["cut", "bytes", "deep", "containers", "list", "none", "number", "start"],
)
def test_malformed_request_is_rejected(forecaster, body, message):
    with pytest.raises(RequestError) as caught:
        respond(forecaster, body)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "values",
    ["1.5, NaN, 2", '1.5, "NaN", 2.0', "1.5, null, 2e0", "3, 1.5, NaN, 2"],
    ids=["NaN", "text", "null", "shifted"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_as_pythons_parser_reads_it(forecaster, values, encoding):
    instance = f'{{"start": "2024-10-10 00:00:00", "target": [{values}]}}'
    [expected] = predict(forecaster, [json.loads(instance)])
    text = f'{{"instances": [{instance}], "configuration": {json.dumps(CONFIGURATION)}}}'
    assert json.loads(respond(forecaster, text.encode(encoding)))["predictions"] == [expected]


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
        ({"quantiles": ["0.5"] * 101}, "quantiles: got a list of 101, expected at most 100 items"),
        ({"quantiles": ["0." + "1" * 30]}, "quantiles.0: got '0.1"),
        ({"quantiles": [".٣"]}, "quantiles.0: got"),
        ({"num_samples": 5001}, "num_samples: got 5001, expected less than or equal to 5000"),
    ],
)
def test_invalid_configuration_is_rejected(configuration, message):
    with pytest.raises(RequestError, match=message):
        Configuration.parse(configuration)


@pytest.mark.parametrize(
    ("count", "samples", "message"),
    [
        (51, 1, "instances: got 51, expected at most 50"),
        (3, 5000, "num_samples: got 15000, expected at most 10000 in all instances"),
    ],
)
def test_work_of_a_request_is_bounded(forecaster, count, samples, message):
    with pytest.raises(RequestError, match=message):
        predict(forecaster, [INSTANCE] * count, num_samples=samples)
    lines = b"\n".join([json.dumps(INSTANCE).encode()] * count)
    with pytest.raises(RequestError, match=message):
        respond_lines(forecaster, lines, Configuration(num_samples=samples))


def test_work_of_a_request_with_a_long_horizon_is_bounded(forecaster, monkeypatch):
    monkeypatch.setattr(forecaster, "horizon", 400)
    with pytest.raises(RequestError, match="num_samples: got 1600, expected at most 1000 in all"):
        predict(forecaster, [INSTANCE] * 16, num_samples=100)


def test_largest_request_is_answered(forecaster):
    assert len(predict(forecaster, [INSTANCE] * 50, num_samples=200)) == 50


@pytest.mark.parametrize("value", [1e38, 3e38, -1e38, 1e19])
def test_target_whose_forecast_would_be_infinite_is_rejected(forecaster, value):
    with pytest.raises(
        RequestError, match=r"target.0: got .*, expected a finite number up to 1e\+18"
    ):
        predict(forecaster, [INSTANCE | {"target": [value, *wave(60)]}])


def test_forecast_of_the_largest_target_is_finite(forecaster):
    [prediction] = predict(forecaster, [INSTANCE | {"target": [1e18, -1e18] * 40}])
    assert np.isfinite(prediction["mean"]).all()


def test_batch_responds_line_by_line(forecaster):
    line = json.dumps(INSTANCE).encode()
    lines = respond_lines(
        forecaster, line + b"\n" + line + b"\n", Configuration.parse(CONFIGURATION)
    )
    assert [json.loads(item) for item in lines.splitlines()] == predict(forecaster) * 2


@pytest.fixture(scope="module")
def served(trained):
    """Yield the address of a real server."""
    with serving(trained[0].base, **BATCH) as (address, _):
        yield address


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


def exchange(served, *pieces):
    """Send bytes as they are -> status and body of the response."""
    address = served.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.read()


HEAD = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(content):
    return b"%x\r\n%b\r\n" % (len(content), content)


@pytest.mark.parametrize("size", [7, 100_000])
def test_chunked_body_is_answered(served, size):
    body = json.dumps({"instances": [INSTANCE], "configuration": CONFIGURATION}).encode()
    pieces = [chunk(body[n : n + size]) for n in range(0, len(body), size)]
    status, content = exchange(served, CHUNKED, *pieces, chunk(b""))
    assert status == 200
    assert len(json.loads(content)["predictions"]) == 1


def test_chunked_body_that_is_too_large_is_refused(served):
    large = [chunk(b" " * 1024 * 1024)] * 7
    status, content = exchange(served, CHUNKED, *large, chunk(b""))
    assert status == 413
    assert "expected at most 6291456" in json.loads(content)["error"]


@pytest.mark.parametrize("rest", [b"zz\r\n{}\r\n", b"-4\r\n{}\r\n", b"5\r\n{}\r\nno"])
def test_malformed_chunks_are_refused(served, rest):
    assert exchange(served, CHUNKED, rest)[0] == 400


def test_request_without_a_body_is_refused(served):
    assert exchange(served, HEAD + b"\r\n")[0] == 400


def post(body):
    return [HEAD, b"Content-Length: %d\r\n" % len(body), b"\r\n", body]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b'{"instances": {}}', 400),
        (b'{"instances": [null]}', 400),
        (b'{"instances": [{"start": "2024-10-10", "target": []}]}', 400),
        (b'{"instances": [{"start": "2024-10-10", "target": [NaN]}]}', 400),
        (b'{"instances": [{"start": "2024-10-10", "target": ["NaN"]}]}', 400),
        (b'{"instances": [{"start": "2024-10-10", "target": [1e400]}]}', 400),
        (b'{"instances": [{"start": "2024-10-10", "target": [%b]}]}' % (b"9" * 400), 400),
        (b'{"instances": [{"start": "9999-12-31", "target": [true]}]}', 400),
        (b'{"instances": [{"start": "2024-10-10", "target": [[]%b]}]}' % (b",[]" * 10**6), 400),
        (b'{"instances": [1], "configuration": {"output_types": [1%b]}}' % (b",1" * 10**6), 400),
        (b'{"instances": [{"start": "9999-12-31 23:59:59", "target": [1]}]}', 200),
        (b'{"instances": [{"start": "0001-01-01", "target": [-0.0]}]}', 200),
    ],
    ids=range(14),
)
def test_unusual_bodies_are_answered_and_so_is_the_next_request(served, body, status):
    good = json.dumps({"instances": [INSTANCE], "configuration": CONFIGURATION}).encode()
    assert exchange(served, *post(body))[0] == status
    assert exchange(served, *post(good))[0] == 200


def test_sigterm_answers_accepted_requests_and_refuses_new_connections(trained):
    body = json.dumps({"instances": [INSTANCE], "configuration": CONFIGURATION}).encode()
    head, _, _ = b"".join(post(body)).partition(b"\r\n\r\n")
    with ExitStack() as stack:
        address, server = stack.enter_context(serving(trained[0].base, **BATCH))
        host, port = address.removeprefix("http://").split(":")
        accepted = []
        for _ in range(3):
            connection = socket.create_connection((host, int(port)), timeout=10)
            accepted.append(stack.enter_context(connection))
            connection.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
            # The server says so when it reads the request: it is accepted.
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        server.terminate()
        deadline = time.monotonic() + 10
        while call(address + "/ping")[0]:
            assert time.monotonic() < deadline, "new connections are still accepted"
            time.sleep(0.02)
        for connection in accepted:
            connection.sendall(body)
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status == 200
            assert len(json.loads(response.read())["predictions"]) == 1
        assert server.wait(timeout=30) == 0


def test_ping_is_answered_while_all_invocations_are_busy(trained):
    application = Application(handlers.load(trained[0].model, {}))
    waiting, release = Semaphore(0), Event()

    class Stalled:
        def read(self, _size):
            waiting.release()
            release.wait(10)
            return b"{"

    def invoke():
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations", "wsgi.input": Stalled()}
        return application.respond(environ)[0]

    with ThreadPoolExecutor(MAX_INVOCATIONS) as threads:
        busy = [threads.submit(invoke) for _ in range(MAX_INVOCATIONS)]
        for _ in busy:
            waiting.acquire()
        ping = {"REQUEST_METHOD": "GET", "PATH_INFO": "/ping"}
        assert application.respond(ping)[0] == "200 OK"
        assert invoke() == "503 Service Unavailable"
        release.set()
        assert {one.result() for one in busy} == {"400 Bad Request"}
    assert invoke() == "400 Bad Request"
    assert MAX_INVOCATIONS < THREADS


def test_one_request_at_a_time_uses_the_model():
    inside, most = [], []

    class Counting:
        content_types = ("application/json",)

        def answer(self, _body, content_type, _accept):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.005)
            inside.pop()
            return content_type, b"{}"

    application = Application(Counting())

    def invoke(_):
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations"}
        more = {"wsgi.input": io.BytesIO(b"{}"), "CONTENT_TYPE": "application/json"}
        return application.respond(environ | more)[0]

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(invoke, range(8))) == {"200 OK"}
    assert max(most) == 1


def test_forecast_that_json_cannot_express_is_an_error(trained, monkeypatch):
    model = registry.load(trained[0].model)
    application = Application(ForecastHandler(model, Configuration()))
    endless = {"mean": [float("inf")] * 5, "quantiles": {}}
    monkeypatch.setattr(model, "forecast", lambda *_: endless)
    body = json.dumps({"instances": [INSTANCE]}).encode()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations"}
    for kind in ("application/json", "application/jsonlines"):
        content = body if kind == "application/json" else json.dumps(INSTANCE).encode()
        more = {"wsgi.input": io.BytesIO(content), "CONTENT_TYPE": kind}
        assert application.respond(environ | more)[0] == "500 Internal Server Error"


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
