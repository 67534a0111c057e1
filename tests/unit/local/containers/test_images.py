"""Images as programs, and the environment of containers."""

import sys

import pytest

from local.containers import images


@pytest.mark.parametrize(
    ("image", "role", "program"),
    [
        ("registry/loop-poller:1", "run", ["-m", "poller"]),
        ("registry/a/loop-forecaster@sha256:0", "train", ["train"]),
        (
            "123.dkr.ecr.eu-west-1.amazonaws.com/forecasting-deepar:1",
            "serve",
            ["serve", "--host", "127.0.0.1"],
        ),
        ("registry/loop-forecaster:1", "process", []),
    ],
)
def test_program_of_an_image(image, role, program):
    argv = images.program(image, role)
    assert argv[0] == sys.executable
    assert argv[len(argv) - len(program) :] == program


def test_unknown_image_is_an_error():
    with pytest.raises(images.UnknownImageError, match="image: got 'nginx:1', expected"):
        images.program("nginx:1", "run")


def test_containers_inherit_the_cpu_settings_of_the_host_and_nothing_else(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setenv("TMPDIR", "/somewhere")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = images.environment()
    assert environment["OPENBLAS_CORETYPE"] == "Prescott"
    assert environment["TMPDIR"] == "/somewhere"
    assert "AWS_PROFILE" not in environment
    assert environment["PYTHONPATH"] == f"{images.PROJECT}:{images.PROJECT / 'functions'}"
