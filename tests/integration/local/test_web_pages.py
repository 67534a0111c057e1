"""Web pages cannot use the local AWS: it refuses whatever a browser marks as theirs."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.integration

PAGE = {"Origin": "https://page.example", "Sec-Fetch-Site": "cross-site"}
CREATE_QUEUE = b"Action=CreateQueue&QueueName=from-a-page"


@pytest.fixture
def request_as(aws):
    """Send a request with exactly the given headers -> status, headers, body."""

    def send(method, path, headers, body=b""):
        address = urlsplit(aws.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in ({"Host": address.netloc} | headers).items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    return send


@pytest.mark.parametrize(
    "headers",
    [PAGE, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Host": "page.example:4566"}],
    ids=["cross-site", "sandboxed frame", "same site", "DNS rebinding"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_evergreen/health"),
        ("POST", "/_evergreen/clock"),
        ("POST", "/_evergreen/faults"),
        ("POST", "/"),
        ("GET", "/bucket/key"),
        ("PUT", "/bucket"),
        ("POST", "/2015-03-31/functions"),
        ("OPTIONS", "/"),
        ("OPTIONS", "/_evergreen/clock"),
        ("GET", "/_ministack/health"),
    ],
)
def test_no_path_answers_a_web_page(request_as, method, path, headers):
    status, answered, body = request_as(method, path, headers)
    assert status == 403
    assert json.loads(body)["Code"] == "AccessDenied"
    assert not [name for name in answered if name.lower().startswith("access-control")]


def test_a_simple_post_of_a_page_has_no_effect(aws, request_as):
    form = {"Content-Type": "text/plain"}
    status, _, _ = request_as("POST", "/", PAGE | form, CREATE_QUEUE)
    assert status == 403
    assert not aws.client("sqs").list_queues(QueueNamePrefix="from-a-page").get("QueueUrls")


def test_a_preflight_is_not_granted(request_as):
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "*"}
    status, answered, _ = request_as("OPTIONS", "/", PAGE | preflight)
    assert status == 403
    assert answered["Access-Control-Allow-Origin"] is None


def test_the_address_bar_and_other_names_of_loopback_are_answered(aws, request_as):
    port = urlsplit(aws.url).port
    for headers in ({"Sec-Fetch-Site": "none"}, {"Host": f"localhost:{port}"}, {"Host": "[::1]"}):
        status, _, body = request_as("GET", "/_evergreen/health", headers)
        assert (status, json.loads(body)["status"]) == (200, "ok")
