import pytest

from local.server.request_origin import refusal

SDK = [(b"host", b"127.0.0.1:4566"), (b"user-agent", b"Boto3/1.40")]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:4566", "localhost", "LOCALHOST:80", "[::1]", "[::1]:65535"],
)
def test_a_client_on_this_machine_is_answered(host):
    assert refusal([(b"host", host.encode()), (b"accept", b"*/*")]) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:4566",
        "127.0.0.1.evil.example",
        "localhost.evil.example:4566",
        "evil.example@127.0.0.1",
        "127.0.0.1:4566, evil.example",
        "127.0.0.1:",
        "127.0.0.2",
        "::1",
        "0.0.0.0:4566",
        "localhost\n",
        "\xe9",
    ],
)
def test_a_foreign_host_is_refused(host):
    assert refusal([(b"host", host.encode("latin-1"))]).startswith("Host: got ")


def test_a_request_without_host_is_refused():
    assert refusal([(b"accept", b"*/*")]).startswith("Host: got '', expected 127.0.0.1")


def test_a_second_foreign_host_is_refused():
    assert refusal([*SDK, (b"host", b"evil.example")]).startswith("Host: got 'evil.example'")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:4566", ""])
def test_every_origin_is_refused(origin):
    assert refusal([*SDK, (b"origin", origin.encode())]).startswith("Origin: got ")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "None"])
def test_a_fetch_from_another_site_is_refused(site):
    reason = refusal([*SDK, (b"sec-fetch-site", site.encode())])
    assert reason == f"Sec-Fetch-Site: got {site!r}, expected none or same-origin"


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_a_page_that_the_user_opens_is_answered(site):
    assert refusal([*SDK, (b"sec-fetch-site", site.encode())]) is None
