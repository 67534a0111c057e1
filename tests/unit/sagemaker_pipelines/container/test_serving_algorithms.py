"""Every algorithm through the contract of the image: train, files, serve, each in a process."""

import json
import os
import subprocess
import sys

import pytest

from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.inference import RequestError, respond
from sagemaker_pipelines.paths import Paths
from tests.support.training_jobs import ROOT, channel, environment, train, wave

START = "2024-10-10 00:00:00"
REQUEST = {
    "instances": [{"start": START, "target": [*wave(150), "NaN", None]}],
    "configuration": {
        "num_samples": 20,
        "output_types": ["mean", "quantiles"],
        "quantiles": ["0.1", "0.5", "0.9"],
    },
}
# A WSGI request to the application that `serve` runs, and the modules that are then loaded.
SERVE = """
import io, json, sys
from pathlib import Path
from sagemaker_pipelines.container import handlers
from sagemaker_pipelines.container.application import Application
body = sys.stdin.buffer.read()
application = Application(handlers.load(Path(sys.argv[1]), {}))
environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations", "wsgi.input": io.BytesIO(body),
           "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}
status, kind, content = application.respond(environ)
names = ("torch", "sklearn", "statsforecast", "pandas")
loaded = [name for name in names if name in sys.modules]
print(json.dumps({"status": status, "body": json.loads(content), "loaded": loaded}))
"""
LIBRARIES = {"ets": ["sklearn", "statsforecast", "pandas"]}  # those that serving may load


@pytest.fixture(scope="module", params=sorted(registry.ALGORITHMS))
def job(request, tmp_path_factory):
    """Return the algorithm, and paths and output of a completed training job."""
    base = tmp_path_factory.mktemp(request.param)
    channel(base, "train", [{"start": START, "target": wave(400)}])
    channel(base, "test", [{"start": START, "target": wave(420)}])
    finished = train(base, algorithm=request.param)
    assert finished.returncode == 0, finished.stderr
    return request.param, Paths(base), finished.stdout


def test_training_logs_its_test_scores(job):
    _, _, log = job
    for text in ("RMSE", "mean_wQuantileLoss", "wQuantileLoss[0.5]"):
        assert f"#test_score (algo-1, {text}): " in log


def test_served_forecast_is_that_of_the_files(job):
    algorithm, paths, _ = job
    done = subprocess.run(
        [sys.executable, "-c", SERVE, str(paths.model)],
        cwd=ROOT,
        env=environment(paths.base, PYTHONPATH=os.pathsep.join([str(ROOT), f"{ROOT}/functions"])),
        input=json.dumps(REQUEST).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout)
    assert found["status"] == "200 OK"
    expected = json.loads(respond(registry.load(paths.model), json.dumps(REQUEST).encode()))
    [prediction], [other] = found["body"]["predictions"], expected["predictions"]
    assert prediction["mean"] == pytest.approx(other["mean"], rel=1e-6)
    for level, row in other["quantiles"].items():
        assert prediction["quantiles"][level] == pytest.approx(row, rel=1e-6)
    assert set(found["loaded"]) <= set(LIBRARIES.get(algorithm, []))


def test_samples_are_returned_only_by_models_that_draw_them(job):
    algorithm, paths, _ = job
    configuration = {"output_types": ["samples"], "num_samples": 7}
    body = json.dumps(REQUEST | {"configuration": configuration}).encode()
    model = registry.load(paths.model)
    if algorithm == "deepar":
        assert len(json.loads(respond(model, body))["predictions"][0]["samples"]) == 7
    else:
        with pytest.raises(RequestError, match="output_types: got samples, expected mean or"):
            respond(model, body)
