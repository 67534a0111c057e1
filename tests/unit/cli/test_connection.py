import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli import connection as connections
from cli import target
from cli.errors import CommandError
from cli.main import main

NOW = "2024-10-10T14:00:00Z"
IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@contextmanager
def endpoint(status=200):
    """Serve the clock of the local AWS and STS; yield the URL."""

    class Clock(BaseHTTPRequestHandler):
        def do_POST(self):  # STS
            self.send_response(200)
            self.end_headers()
            self.wfile.write(IDENTITY)

        def do_GET(self):
            assert self.path == "/_evergreen/clock"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"now": NOW, "region": "eu-north-1"}).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Clock)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def record(home, url):
    home.mkdir(parents=True)
    (home / "server.json").write_text(json.dumps({"pid": 1, "endpoint_url": url}))
    return home


def connect(home=None, name=None):
    return connections.connect(target.choose(home, name), "evergreen")


def test_connection_to_a_home(tmp_path):
    with endpoint() as url:
        connection = connect(record(tmp_path / "home", url))
        client = connection.clients("sqs")
    assert client.meta.endpoint_url == url
    assert client.meta.region_name == "eu-north-1"
    assert connection.now == datetime(2024, 10, 10, 14, tzinfo=UTC)
    assert connection.account == "123456789012"
    assert str(connection) == (
        f"local AWS at {url}, account 123456789012, region eu-north-1, prefix evergreen"
    )


@pytest.mark.parametrize("name", ["EVERGREEN_HOME", "AWS_ENDPOINT_URL"])
def test_environment_names_a_local_aws(tmp_path, monkeypatch, name):
    with endpoint() as url:
        home = record(tmp_path / "home", url)
        monkeypatch.setenv(name, str(home) if name == "EVERGREEN_HOME" else url)
        connection = connect()
        assert connection.clients("sqs").meta.endpoint_url == url
    assert connection.now == datetime(2024, 10, 10, 14, tzinfo=UTC)


def test_another_emulator_uses_the_system_time(monkeypatch):
    with endpoint(status=404) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert connect().now.year >= 2025


def test_running_local_aws_is_used_despite_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    with endpoint() as url:
        record(target.LOCAL_HOME, url)
        assert connect().clients("sqs").meta.endpoint_url == url


def test_target_aws_is_the_account_of_the_credentials(deployment):
    connection = connect(name="aws")
    assert connection.clients("sqs").meta.endpoint_url.endswith("eu-west-1.amazonaws.com")
    assert str(connection) == "AWS, account 123456789012, region eu-west-1, prefix evergreen"


def test_region_is_that_of_terraform(deployment, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    connection = connect(name="aws")
    assert connection.region == connection.clients("sqs").meta.region_name == "eu-central-1"


def test_target_aws_ignores_the_endpoint_variable(deployment, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    connection = connect(name="aws")
    assert connection.clients("sqs").meta.endpoint_url.endswith("eu-west-1.amazonaws.com")


def test_missing_credentials_and_local_aws_are_one_line(capsys):
    assert main(["status"]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("evergreen: neither AWS credentials nor a local AWS were found")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_missing_region_is_one_line(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(CommandError, match="no AWS region is set") as raised:
        connect()
    assert raised.value.code == 2


@pytest.mark.parametrize("default", [None, "us-east-1"])
def test_region_is_read_as_terraform_reads_it(deployment, monkeypatch, default):
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    if default:
        monkeypatch.setenv("AWS_DEFAULT_REGION", default)
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    connection = connect(name="aws")
    assert connection.region == "eu-north-1"
    assert connection.clients("sqs").meta.region_name == "eu-north-1"


def test_unknown_profile_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["status"]) == 2
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize("text", [None, "", "{}", "[]"])
def test_home_without_a_record_is_rejected(tmp_path, text):
    if text is not None:
        Path(tmp_path / "server.json").write_text(text)
    with pytest.raises(CommandError, match=r"server\.json cannot be read") as raised:
        connect(tmp_path)
    assert raised.value.code == 2


def test_stopped_local_aws_is_reported_and_aws_is_not_used(monkeypatch, capsys):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    with endpoint() as url:
        record(target.LOCAL_HOME, url)
    assert main(["status", "--json"]) == 2
    printed = capsys.readouterr()
    assert f"the local AWS at {url} does not respond" in printed.err
    assert f"the local AWS at {url} does not respond" in json.loads(printed.out)["error"]
