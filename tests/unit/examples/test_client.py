"""The example client against the handler of the API."""

import runpy
import sys
from pathlib import Path

import pytest

from tests.support.http_api import KEY, served
from tests.support.predict_api import Api, environment

FILE = Path(__file__).parents[3] / "examples" / "client.py"


def run(monkeypatch, capsys, url, *arguments):
    monkeypatch.setattr(sys, "argv", ["client.py", "--url", url, *arguments])
    runpy.run_path(str(FILE), run_name="__main__")
    return capsys.readouterr().out


@pytest.mark.parametrize(("model", "routes"), [("forecaster", 4), ("linear_regression", 3)])
def test_every_route_is_called_and_the_error_is_handled(monkeypatch, capsys, model, routes):
    for name, value in environment(model).items():
        monkeypatch.setenv(name, value)
    with served(Api()) as url:
        out = run(monkeypatch, capsys, url, "--key", KEY, "--model", model)
    assert out.count("inference id example-") == routes
    assert "400 A value is not what the model takes" in out
    assert "/unexpected: " in out


def test_wrong_key_is_reported(monkeypatch, capsys):
    for name, value in environment("linear_regression").items():
        monkeypatch.setenv(name, value)
    with served(Api()) as url:
        out = run(monkeypatch, capsys, url, "--key", "x", "--model", "linear_regression")
    assert "403 None: x-api-key: got a wrong one" in out


def test_address_and_key_are_required(monkeypatch):
    monkeypatch.delenv("KEY", raising=False)
    monkeypatch.setattr(sys, "argv", ["client.py", "--url", "http://127.0.0.1:1"])
    with pytest.raises(SystemExit, match="expected --url and --key"):
        runpy.run_path(str(FILE), run_name="__main__")
