"""The console beside the local AWS: started once, its address only for its owner, stopped."""

import json
import os
import signal
import stat

import pytest

from scripts import console

SERVER = (
    "import signal; print('console: http://127.0.0.1:8642/?token=t', flush=True);signal.pause()"
)


@pytest.fixture(autouse=True)
def ended(monkeypatch):
    """Replace the command by a program that prints an address.

    The value waits until the consoles that were started have ended -> their exit codes.
    """
    monkeypatch.setattr(console, "COMMAND", ("-c", SERVER, "console", "--no-browser"))
    monkeypatch.setattr(console, "started", [])
    yield lambda: [process.wait(10) for process in console.started]
    for process in console.started:
        process.kill()
        process.wait()


def test_console_is_started_once_and_stopped(tmp_path, ended):
    url = console.start(tmp_path, "evergreen")
    assert url == console.start(tmp_path, "evergreen") == "http://127.0.0.1:8642/?token=t"
    assert len(console.started) == 1
    for file in ("console.json", "logs/console.log"):
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
    console.stop(tmp_path)
    assert ended() == [-signal.SIGTERM]
    assert not (tmp_path / "console.json").exists()


def test_console_of_a_model_is_stopped_too(tmp_path, ended):
    folder = tmp_path / "models" / "abalone"
    folder.mkdir(parents=True)
    console.start(folder, "abalone")
    console.stop(tmp_path)
    assert ended() == [-signal.SIGTERM]


def test_process_of_somebody_else_is_not_stopped(tmp_path, monkeypatch):
    (tmp_path / "console.json").write_text(json.dumps({"pid": os.getpid(), "url": "u"}))
    monkeypatch.setattr(console.os, "kill", lambda *_: pytest.fail("stopped"))
    console.stop(tmp_path)
    assert not (tmp_path / "console.json").exists()


def test_console_that_does_not_start_is_no_failure(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(console, "COMMAND", ("-c", "raise SystemExit('no module nicegui')"))
    assert console.start(tmp_path, "evergreen") is None
    assert "the console did not start: no module nicegui" in capsys.readouterr().err
    assert not (tmp_path / "console.json").exists()
