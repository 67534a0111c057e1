"""`evergreen console`: what it reads, and when it does not start."""

import socket

import pytest

from cli.commands import console
from cli.main import main
from cli.target import Target
from cli.web_console import server

REFUSED = "name the one to change with --target local or --target aws"


@pytest.fixture
def served(monkeypatch):
    """Replace the server -> what it was started with."""
    found = []

    def serve(listener, feed, commands, where, started):
        started("http://127.0.0.1:1/?token=t")
        found.append((server.port_of(listener), where))
        listener.close()

    monkeypatch.setattr(server, "serve", serve)
    return found


def test_address_is_printed_and_not_opened_on_request(deployment, served, monkeypatch, capsys):
    monkeypatch.setattr(console.webbrowser, "open", lambda _: pytest.fail("opened"))
    assert main(["console", "--no-browser", "--port", "48642"], deployment.connect) == 0
    assert "console: http://127.0.0.1:1/?token=t\n" in capsys.readouterr().out
    [(port, where)] = served
    assert port == 48642
    assert where.startswith("local AWS at")


def test_ambiguous_target_is_refused(deployment, served, capsys):
    def connect(chosen, prefix):
        return deployment.connect(Target("x", ("AWS_PROFILE",)), prefix)

    assert main(["console", "--no-browser"], connect) == 2
    assert REFUSED in capsys.readouterr().err
    assert served == []


def test_port_in_use_is_named(deployment, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["console", "--no-browser", "--port", port], deployment.connect) == 2
    assert f"--port: got {port}: Address already in use" in capsys.readouterr().err


def test_next_free_port_is_the_default(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(server, "PORT", taken.getsockname()[1])
        with server.listen(None) as found:
            assert server.port_of(found) > server.PORT
        monkeypatch.setattr(server, "TRIES", 1)
        with pytest.raises(server.CommandError, match="no free port"):
            server.listen(None)


def test_parts_are_the_documents_of_the_commands(deployment):
    connection = deployment.connection
    found = console.parts(connection)
    assert (
        found["drift"].read(connection)["none"].startswith("no drift of production was analyzed")
    )
    assert found["since"].read(connection) is None
    deployment.write("raw/2024/10/09/23/a.gz", {})
    deployment.write("raw/2024/10/10/00/a.gz", {})
    assert found["since"].read(connection) == "2024-10-09T23:00:00Z"
    assert found["log"].read(connection) == []
    assert found["runs"].read(connection) == {"runs": []}
    assert found["readings"].read(connection) == []


def test_aws_is_read_less_often(deployment):
    local = console.parts(deployment.connection)["status"].seconds
    aws = deployment.connect(Target(), "evergreen")
    object.__setattr__(aws, "target", Target("https://aws.example.com"))
    assert console.parts(aws)["status"].seconds > local
