"""`make up`: ports, variables, interrupts, leftovers."""

import json
import os
import signal
import socket

import pytest

from local import lifecycle
from scripts import local_terraform, up


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Replace the home folder, the server and Terraform."""
    folder = tmp_path / "up"
    folder.mkdir()
    applied = []
    monkeypatch.setattr(up, "HOME", folder)
    monkeypatch.setattr(up.package, "main", lambda: None)

    def apply(home, variables, file, root):
        applied.append((variables, file))

    outputs = {"bucket_name": "abalone-data", "prefix": "abalone"}
    monkeypatch.setattr(local_terraform, "init", lambda *_: None)
    monkeypatch.setattr(local_terraform, "resources", lambda *_: 1)
    monkeypatch.setattr(local_terraform, "output", lambda *_: outputs)
    monkeypatch.setattr(local_terraform, "apply", apply)
    monkeypatch.setattr(up.lifecycle, "status", lambda _: None)
    monkeypatch.setattr(up.catch_up, "wait", lambda url, prefix: print(f"waits for {prefix}"))
    monkeypatch.setattr(up.console, "start", lambda home, prefix: f"http://{home.name}/{prefix}")

    def start(port, *_):
        (folder / "server.json").write_text(json.dumps(health(port)))
        return health(port)

    monkeypatch.setattr(up.lifecycle, "up", start)
    monkeypatch.setattr(up, "_free_port", lambda port: port or up.PORT)
    return folder, applied


def health(port):
    return {"endpoint_url": f"http://127.0.0.1:{port}", "pid": 1, "port": port}


@pytest.fixture
def run(monkeypatch):
    """Run `make up` with arguments; signal handlers are restored afterwards."""
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["up", *arguments])
        return up.main()

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_variables_of_the_user_override_and_are_used_by_later_runs(home, run, tmp_path, capsys):
    _, applied = home
    file = tmp_path / "my.tfvars"
    file.touch()
    assert run("--vars", str(file)) == 0
    assert run() == 0
    assert [used for _, used in applied] == [file, file]
    assert capsys.readouterr().out.count(f"variables: {file}") == 2


def test_address_of_the_console_is_printed(home, run, capsys):
    assert run() == 0
    assert "the loop as a page in the browser: http://up/abalone" in capsys.readouterr().out


def test_next_steps_follow_the_simulated_stream_only(home, run, tmp_path, capsys):
    file = tmp_path / "my.tfvars"
    file.touch()
    for arguments in ((), ("--model", "abalone"), ("--vars", str(file))):
        assert run(*arguments) == 0
    assert capsys.readouterr().out.count("waits for abalone") == 1


def test_mlflow_server_is_used_by_later_runs(home, run):
    _, applied = home
    assert run("--tracking", "http://127.0.0.1:5000") == run() == 0
    assert [variables["tracking"] for variables, _ in applied] == [
        {"uri": "http://127.0.0.1:5000"},
        {"uri": "http://127.0.0.1:5000"},
    ]


def test_variables_that_are_missing_are_rejected(home, run, tmp_path, capsys):
    file = tmp_path / "none.tfvars"
    assert run("--vars", str(file)) == 1
    assert f"VARS: got {file}, expected a file" in capsys.readouterr().err


def test_repeated_run_does_not_change_the_stream(home, run):
    _, applied = home
    assert run() == 0
    assert run() == 0
    (first, _), (second, _) = applied
    assert first == second
    assert first["poller"]["source"] == "simulator"


def test_leftovers_of_a_server_that_saved_nothing_are_discarded_with_a_message(
    home, run, tmp_path, capsys
):
    folder, applied = home
    file = tmp_path / "my.tfvars"
    file.touch()
    (folder / "terraform.tfstate").touch()
    (folder / "settings.json").write_text(json.dumps({"start": "old", "vars": str(file)}))
    assert run() == 0
    assert "its models and data are gone" in capsys.readouterr().out
    assert not (folder / "terraform.tfstate").exists()
    ((variables, used),) = applied
    assert variables["poller"]["simulator"]["start"] != "old"
    assert used == file


def test_tabular_model_is_applied_beside_the_forecaster(home, run, tmp_path, capsys):
    folder, applied = home
    file = tmp_path / "my.tfvars"
    file.write_text("quality = { daily_cap = 1 }")
    assert run() == 0
    assert run("--model", "abalone", "--vars", str(file)) == 0
    assert run("--model", "abalone") == 0
    assert [used for _, used in applied] == [None, file, file]
    expected = {"model": "abalone", "prefix": "abalone"}
    assert applied[1][0] == expected | {"image_tag": "local", "deletion_protection": False}
    assert json.loads((folder / "models/abalone/server.json").read_text())["port"] == up.PORT
    printed = capsys.readouterr().out
    assert "s3://abalone-data/training-data/" in printed
    assert "first line: sex,length,diameter," in printed


def test_tabular_model_alone_leaves_its_port_and_no_stream(home, run):
    folder, _ = home
    assert run("--model", "linear_regression", "--port", "4600") == 0
    assert json.loads((folder / "settings.json").read_text()) == {"port": 4600}


def test_unknown_model_starts_nothing(home, run, monkeypatch, capsys):
    monkeypatch.setattr(up.lifecycle, "up", lambda *_: pytest.fail("started"))
    assert run("--model", "abalones") == 1
    error = "make up: MODEL: got 'abalones', expected abalone or linear_regression\n"
    assert capsys.readouterr().err == error


def test_variables_of_another_model_are_rejected(home, run, tmp_path, capsys):
    file = tmp_path / "my.tfvars"
    file.write_text('model = "linear_regression"')
    assert run("--model", "abalone", "--vars", str(file)) == 1
    assert "MODEL: got 'abalone', expected linear_regression" in capsys.readouterr().err


def test_tabular_models_log_to_no_mlflow_server(home, run, capsys):
    assert run("--model", "abalone", "--tracking", "http://127.0.0.1:5000") == 1
    assert "TRACKING: got http://127.0.0.1:5000, expected none" in capsys.readouterr().err


def test_leftovers_of_models_are_discarded_too(home, run):
    folder, _ = home
    state = folder / "models/abalone/terraform.tfstate"
    state.parent.mkdir(parents=True)
    state.touch()
    assert run() == 0
    assert not state.exists()


@pytest.fixture
def kept(home):
    """Data that a server on port 4600 saved."""
    folder, _ = home
    (folder / "state").mkdir()
    (folder / "state" / "snapshot").touch()
    (folder / "terraform.tfstate").touch()
    (folder / "settings.json").write_text(json.dumps({"start": "old", "vars": None, "port": 4600}))
    return folder


def test_kept_data_continues_on_its_port_with_its_stream(kept, home, run, monkeypatch, capsys):
    started = []
    monkeypatch.setattr(up.lifecycle, "up", lambda port, *_: started.append(port) or health(port))
    assert run() == 0
    assert started == [4600]
    ((variables, _),) = home[1]
    assert variables["poller"]["simulator"]["start"] == "old"
    assert (kept / "terraform.tfstate").exists()
    assert "continuing with the data" in capsys.readouterr().out


def test_kept_data_of_another_port_is_not_discarded(kept, run, capsys):
    assert run("--port", "4567") == 1
    assert "PORT: got 4567, but the kept data is that of port 4600" in capsys.readouterr().err
    assert (kept / "state" / "snapshot").exists()


def test_interrupt_leaves_kept_data(kept, run, monkeypatch):
    monkeypatch.setattr(up.lifecycle, "down", lambda _: True)
    monkeypatch.setattr(local_terraform, "init", interrupt)
    assert run() == 130
    assert (kept / "state" / "snapshot").exists()
    assert (kept / "terraform.tfstate").exists()


def test_concurrent_run_is_rejected(home, run, capsys):
    folder, _ = home
    with up.process_lock.hold(folder.with_suffix(".lock"), "`make up`"):
        assert run() == 1
    error = f"make up: another `make up` is running (process {os.getpid()})\n"
    assert capsys.readouterr().err == error


def interrupt(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)


def test_interrupt_stops_the_server_that_was_started(home, run, monkeypatch, capsys):
    stopped = []
    monkeypatch.setattr(up.lifecycle, "down", stopped.append)
    monkeypatch.setattr(local_terraform, "init", interrupt)
    assert run() == 130
    assert stopped == [up.HOME]
    assert "interrupted; the local AWS is stopped" in capsys.readouterr().err


def test_interrupt_while_the_server_starts_waits_for_it(home, run, monkeypatch):
    stopped = []

    def start(port, *_):
        interrupt()
        return health(port)

    monkeypatch.setattr(up.lifecycle, "up", start)
    monkeypatch.setattr(up.lifecycle, "down", stopped.append)
    assert run() == 130
    assert stopped == [up.HOME]


def test_interrupt_leaves_a_server_that_ran_before(home, run, monkeypatch, capsys):
    monkeypatch.setattr(up.lifecycle, "status", lambda _: health(4566))
    monkeypatch.setattr(up.lifecycle, "down", lambda _: pytest.fail("stopped"))
    monkeypatch.setattr(local_terraform, "apply", interrupt)
    assert run() == 130
    assert "still running" in capsys.readouterr().err


def test_other_port_than_that_of_the_running_server_is_rejected(home, run, monkeypatch, capsys):
    monkeypatch.setattr(up.lifecycle, "status", lambda _: health(4566))
    assert run("--port", "4567") == 1
    assert "PORT: got 4567, but the local AWS is running on 4566" in capsys.readouterr().err


def test_requested_port_in_use_is_rejected():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(lifecycle.LifecycleError, match=f"PORT: got {port}: Address already"):
            up._free_port(port)


def test_next_free_port_is_used_if_the_default_is_in_use(monkeypatch, capsys):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        free = other.getsockname()[1]
        other.close()
        monkeypatch.setattr(up, "PORT", server.getsockname()[1])
        monkeypatch.setattr(up, "PORTS", [up.PORT, free])
        assert up._free_port(None) == free
        assert capsys.readouterr().out == f"port {up.PORT} is in use: taking {free}\n"


@pytest.mark.parametrize("port", ["0", "65536", "many", "-1"])
def test_invalid_port_is_a_usage_error(run, capsys, port):
    with pytest.raises(SystemExit) as refused:
        run(f"--port={port}")
    assert refused.value.code == 2
    assert f"got {port}, expected a number from 1 to 65535" in capsys.readouterr().err
