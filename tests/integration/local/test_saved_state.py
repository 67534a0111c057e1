"""A server started with `--restored` has the state that was saved, and saves nothing itself."""

import pytest

from demo.server import Server
from local import lifecycle
from tests.support.local_aws import LocalAws

START = "2024-10-10T00:00:00Z"


def value(server, home):
    ssm = LocalAws(server.url, home).client("ssm")
    return ssm.get_parameter(Name="/c")["Parameter"]["Value"]


def put(server, home, text):
    ssm = LocalAws(server.url, home).client("ssm")
    ssm.put_parameter(Name="/c", Value=text, Type="String", Overwrite=True)


def test_saved_state_is_where_a_restored_server_starts_each_time(tmp_path):
    server = Server(tmp_path, START)
    try:
        put(server, tmp_path, "saved")
        server.save()
        put(server, tmp_path, "later")
        port = server.port
    finally:
        server.stop()
    for _ in range(2):
        server = Server(tmp_path, START, port)
        try:
            assert value(server, tmp_path) == "saved"
            put(server, tmp_path, "changed")
        finally:
            server.stop()


def test_state_of_another_account_is_refused(tmp_path):
    server = Server(tmp_path, START)
    try:
        server.save()
    finally:
        server.stop()
    options = ["--clock", "virtual", "--start", START, "--restored"]
    with pytest.raises(lifecycle.LifecycleError, match="expected 123456789012"):
        lifecycle.up(0, tmp_path, [*options, "--account", "210987654321"])
