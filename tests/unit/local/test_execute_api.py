"""Addresses of REST APIs on this machine."""

import pytest

from local import execute_api

URL = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "https://ab12.execute-api.eu-west-1.amazonaws.com/decide/approval?token=a.b",
            f"{URL}/_aws/execute-api/ab12/decide/approval?token=a.b",
        ),
        ("https://ab12.execute-api.eu-west-1.amazonaws.com", f"{URL}/_aws/execute-api/ab12"),
        ("https://sqs.eu-west-1.amazonaws.com/1/queue", None),
        ("https://ab12.execute-api.eu-west-1.amazonaws.com.example.com/", None),
        ("", None),
    ],
    ids=["page", "api", "another service", "another host", "empty"],
)
def test_host_names_of_apis_become_addresses_of_this_machine(text, expected):
    assert execute_api.reachable(text, URL) == (text if expected is None else expected)


@pytest.mark.parametrize("path", ["/_aws/execute-api/ab12/decide", "/_aws/execute-api/a/b/c?d"])
def test_paths_of_clients_are_known(path):
    assert execute_api.is_client(path)
    assert not execute_api.is_client(path.removeprefix("/_aws"))
