import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli.connection import HOME_HERE, connect
from cli.errors import CommandError
from cli.main import main

NOW = "2024-10-10T14:00:00Z"


@contextmanager
def endpoint(status=200):
    """An endpoint that only tells the time."""

    class Clock(BaseHTTPRequestHandler):
        def do_GET(self):
            assert self.path == "/_evergreen/clock"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"now": NOW}).encode())

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


def test_a_home_gives_endpoint_credentials_and_time(tmp_path):
    with endpoint() as url:
        connection = connect("evergreen", record(tmp_path / "home", url))
    client = connection.clients("sqs")
    assert client.meta.endpoint_url == url
    assert client.meta.region_name == "eu-west-1"
    assert connection.now == datetime(2024, 10, 10, 14, tzinfo=UTC)
    assert connection.found is None


@pytest.mark.parametrize("name", ["EVERGREEN_HOME", "AWS_ENDPOINT_URL"])
def test_the_environment_names_a_local_aws(tmp_path, monkeypatch, name):
    with endpoint() as url:
        home = record(tmp_path / "home", url)
        monkeypatch.setenv(name, str(home) if name == "EVERGREEN_HOME" else url)
        connection = connect("evergreen", None)
    assert connection.clients("sqs").meta.endpoint_url == url
    assert connection.now == datetime(2024, 10, 10, 14, tzinfo=UTC)


def test_an_endpoint_without_a_clock_of_its_own_has_the_machines(monkeypatch):
    with endpoint(status=404) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert connect("evergreen", None).now.year >= 2025


def test_a_local_aws_that_runs_in_this_folder_is_taken_and_named():
    with endpoint() as url:
        record(HOME_HERE, url)
        connection = connect("evergreen", None)
    assert connection.clients("sqs").meta.endpoint_url == url
    assert connection.found == f"Local AWS of .evergreen/up ({url})"


def test_who_is_signed_in_by_name_means_aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    record(HOME_HERE, "http://127.0.0.1:1")
    connection = connect("evergreen", None)
    assert connection.clients("sqs").meta.endpoint_url.endswith("eu-central-1.amazonaws.com")


def test_without_credentials_and_local_aws_there_is_one_sentence(capsys):
    assert main(["status"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("evergreen: Neither AWS credentials nor a local AWS were found")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_without_a_region_there_is_one_sentence(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(CommandError, match="No AWS region is set") as refused:
        connect("evergreen", None)
    assert refused.value.code == 2


def test_an_unknown_profile_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["status"]) == 2
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize("text", [None, "", "{}", "[]"])
def test_a_home_without_a_record_is_refused(tmp_path, text):
    if text is not None:
        Path(tmp_path / "server.json").write_text(text)
    with pytest.raises(CommandError, match=r"server\.json cannot be read") as refused:
        connect("evergreen", tmp_path)
    assert refused.value.code == 2


def test_a_local_aws_that_has_ended_is_named(tmp_path, capsys):
    with endpoint() as url:
        home = record(tmp_path / "home", url)
    assert main(["status", "--home", str(home), "--json"]) == 2
    said = capsys.readouterr()
    assert f"The AWS at {url} does not answer" in said.err
    assert f"The AWS at {url} does not answer" in json.loads(said.out)["error"]
