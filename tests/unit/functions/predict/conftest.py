"""APIs of the models, each with its endpoint in memory."""

import pytest

from tests.support.predict_api import Api, environment


def serve(monkeypatch, model, **changes):
    for name, value in environment(model, **changes).items():
        monkeypatch.setenv(name, value)
    return Api()


@pytest.fixture
def linear(monkeypatch):
    return serve(monkeypatch, "linear_regression")


@pytest.fixture
def abalone(monkeypatch):
    return serve(monkeypatch, "abalone")


@pytest.fixture
def forecaster(monkeypatch):
    return serve(monkeypatch, "forecaster")
