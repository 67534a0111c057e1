"""The webhook: HTTPS only, no redirects, no secrets in errors."""

import json
from http.client import HTTPSConnection

import pytest

from notifier import chat

SECRET = "T000/B000/secret"  # pragma: allowlist secret
ADDRESS = f"https://hooks.example:8443/services/{SECRET}?a=1"


class Connection:
    """What a webhook receives and answers."""

    def __init__(self, status=200, error=None):
        self.status, self.error, self.requests = status, error, []

    def __call__(self, host, port=None, *, timeout):
        self.address = (host, port, timeout)
        return self

    def request(self, method, path, body, headers):
        self.requests.append((method, path, json.loads(body), headers["Content-Type"]))
        if self.error:
            raise self.error

    def getresponse(self):
        return self

    def close(self):
        self.closed = True


def test_post_is_json_with_a_text(monkeypatch):
    connection = Connection()
    monkeypatch.setattr(chat, "HTTPSConnection", connection)
    chat.post(f"{ADDRESS}\n", "Hello")
    assert connection.address == ("hooks.example", 8443, 10)
    assert connection.requests == [
        ("POST", f"/services/{SECRET}?a=1", {"text": "Hello"}, "application/json")
    ]
    assert connection.closed


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500])
def test_other_answers_are_errors_and_redirects_are_not_followed(monkeypatch, status):
    connection = Connection(status)
    monkeypatch.setattr(chat, "HTTPSConnection", connection)
    with pytest.raises(chat.ChatError, match=f"answered with status {status}") as caught:
        chat.post(ADDRESS, "Hello")
    assert len(connection.requests) == 1
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("error", [OSError(ADDRESS), TimeoutError(ADDRESS)])
def test_error_does_not_contain_the_address(monkeypatch, error):
    monkeypatch.setattr(chat, "HTTPSConnection", Connection(error=error))
    with pytest.raises(chat.ChatError, match=type(error).__name__) as caught:
        chat.post(ADDRESS, "Hello")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "address",
    ["http://hooks.example/a", "ftp://hooks.example/a", "file:///etc/passwd", "https://", "",
     "https://{}@hooks.example/a".format("user:word"), "hooks.example/a"],
)  # fmt: skip
def test_only_https_without_credentials(monkeypatch, address):
    monkeypatch.setattr(chat, "HTTPSConnection", None)
    with pytest.raises(chat.ChatError, match="expected an address https"):
        chat.post(address, "Hello")


def test_connection_verifies_certificates():
    assert chat.HTTPSConnection is HTTPSConnection
