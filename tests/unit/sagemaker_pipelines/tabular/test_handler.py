"""Requests to a tabular model, without HTTP."""

import json

import numpy as np
import pytest

from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.inference import RequestError
from sagemaker_pipelines.container.tabular.handler import CSV, JSON, LINES, TabularHandler
from sagemaker_pipelines.tabular import algorithm
from sagemaker_pipelines.tabular.record import read
from tests.support import abalones

X = np.linspace(-0.1, 0.1, 50).reshape(-1, 1)


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    folder = tmp_path_factory.mktemp("line")
    metadata.write(folder, "linear_regression")
    algorithm.find("linear_regression").fit(X, 3 * X[:, 0] + 150, {}, folder)
    return TabularHandler(folder)


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trees")
    metadata.write(folder, "abalone")
    rows = abalones.rows(400)
    model = algorithm.find("abalone")
    table = read("abalone").matrix([row[:-1] for row in rows])
    model.fit(table, np.array([float(row[-1]) for row in rows]), {"max_iter": "20"}, folder)
    return TabularHandler(folder)


def test_csv_answers_one_prediction_per_line(line):
    kind, body = line.answer(b"0\r\n0.1\r\n", CSV)
    assert kind == CSV
    values = [float(text) for text in body.decode().splitlines()]
    assert values == pytest.approx([150, 150.3], abs=0.5)
    kind, body = line.answer(b"0\n", CSV, JSON)
    assert kind == JSON
    assert json.loads(body)["predictions"][0]["prediction"] == pytest.approx(150, abs=0.5)


def test_instances_may_be_objects_or_lists(trees):
    cells = abalones.rows(1)[0][:-1]
    named = dict(zip(abalones.COLUMNS, cells, strict=False))
    _, body = trees.answer(json.dumps({"instances": [cells, named]}).encode(), JSON)
    first, second = json.loads(body)["predictions"]
    assert first == second
    assert 1 < first["prediction"] < 20


def test_window_is_answered_as_a_forecast(line):
    body = json.dumps({"instances": [{"rows": [[0], [0.1]]}], "configuration": {}}).encode()
    _, answer = line.answer(body, JSON)
    [forecast] = json.loads(answer)["predictions"]
    assert forecast["quantiles"] == dict.fromkeys(("0.1", "0.5", "0.9"), forecast["mean"])
    kind, lines = line.answer(b'{"rows": [[0]]}\n{"rows": [[0.1]]}\n', LINES)
    assert kind == LINES
    assert [len(json.loads(text)["mean"]) for text in lines.decode().splitlines()] == [1, 1]


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (b"", CSV, "request: got no rows"),
        (b"0\nx\n", CSV, "line 2: x: got 'x', expected a number"),
        (b"0,1\n", CSV, "line 1: values: got 2, expected 1: x"),
        (b'"0\n', CSV, "CSV: unexpected end of data"),
        (b"\xff\n", CSV, "request: expected UTF-8"),
        (b"nan\n", CSV, "line 1: x: got 'nan', expected a number"),
        (b"1e308\n", CSV, "prediction: not finite"),
        (b"[1]", JSON, "expected an object with a list of instances"),
        (b'{"instances": []}', JSON, "expected an object with a list of instances"),
        (b'{"instances": [{"x": NaN}]}', JSON, "instances 0: x: got nan"),
        (b'{"instances": [{"rows": []}]}', JSON, "instances 0: rows: got a list of 0"),
        (b'{"instances": [{"rows": [[0]]}, [0]]}', JSON, "got rows and windows"),
        (b"[" * 100_000, JSON, "request: expected JSON"),
        (b"\n", LINES, "request: got no lines"),
        (b"[0]\nnull\n", LINES, "line 2: row: got None"),
        (b"0\n" * 600_001, CSV, "rows: got 600001, expected at most 600000"),
    ],
)
def test_bad_request_is_refused_by_name(line, body, kind, message):
    with pytest.raises(RequestError) as caught:
        line.answer(body, kind)
    assert message in str(caught.value)
