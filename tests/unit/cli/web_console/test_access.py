"""The console answers only the browser that opened the printed address."""

import asyncio

import pytest

from cli.web_console.access import Guard

PORT = 8642
TOKEN = "a-token"
COOKIE = {"cookie": f"other=1; evergreen-console-{PORT}={TOKEN}"}
ADDRESS = f"127.0.0.1:{PORT}"


class Application:
    """Answers everything, and counts."""

    def __init__(self):
        self.requests = []

    async def __call__(self, scope, receive, send):
        self.requests.append(scope.get("path", scope["type"]))
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
            await send({"type": "http.response.body", "body": b"the page"})


def ask(kind="http", path="/", query="", **headers):
    """Send a request -> the application, and what was sent back."""
    app, sent = Application(), []
    given = {"host": ADDRESS, **{name.replace("_", "-"): v for name, v in headers.items()}}
    scope = {
        "type": kind,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(Guard(app, PORT, TOKEN)(scope, receive, send))
    return app, sent


def headers(sent):
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_printed_address_sets_a_cookie_and_leaves_no_token():
    app, sent = ask(query=f"token={TOKEN}")
    assert (sent[0]["status"], app.requests) == (200, [])
    cookie = headers(sent)["set-cookie"]
    assert cookie == f"evergreen-console-{PORT}={TOKEN}; HttpOnly; SameSite=Strict; Path=/"
    assert b'url=/"' in sent[1]["body"]
    assert TOKEN.encode() not in sent[1]["body"]
    assert headers(sent)["referrer-policy"] == "no-referrer"
    assert Guard(None, PORT, TOKEN).url == f"http://{ADDRESS}/?token={TOKEN}"


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_request_with_the_cookie_is_passed_on(kind):
    app, sent = ask(kind, "/_nicegui_ws/", origin=f"http://{ADDRESS}", **COOKIE)
    assert app.requests == ["/_nicegui_ws/"]
    assert sent[0]["type"] in {"http.response.start", "websocket.accept"}


def test_page_may_load_nothing_from_elsewhere_and_not_be_framed():
    policy = headers(ask(**COOKIE)[1])["content-security-policy"]
    assert "default-src 'self'" in policy
    assert f"connect-src 'self' ws://{ADDRESS};" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="no token"),
        pytest.param({"cookie": f"evergreen-console-{PORT}=guess"}, id="wrong token"),
        pytest.param({"cookie": f"evergreen-console-1={TOKEN}"}, id="cookie of another console"),
        pytest.param({**COOKIE, "origin": "https://evil.example.com"}, id="another origin"),
        pytest.param({**COOKIE, "origin": "http://127.0.0.1:8000"}, id="another port"),
        pytest.param({**COOKIE, "origin": "null"}, id="an opaque origin"),
        pytest.param({**COOKIE, "sec-fetch-site": "cross-site"}, id="a request of another site"),
        pytest.param({**COOKIE, "sec-fetch-site": "same-site"}, id="a request of another port"),
        pytest.param({**COOKIE, "host": "evil.example.com:8642"}, id="another name"),
        pytest.param({**COOKIE, "host": "localhost:8642"}, id="a name that was not printed"),
    ],
)
def test_others_are_refused(kind, given):
    app, sent = ask(kind, **given)
    assert app.requests == []
    if kind == "websocket":
        assert (sent[0]["type"], sent[0]["code"]) == ("websocket.close", 1008)
    else:
        assert sent[0]["status"] in {403, 421}


def test_wrong_token_in_the_address_is_refused():
    app, sent = ask(query="token=a-tokem")
    assert (sent[0]["status"], app.requests) == (403, [])


def test_token_in_an_address_opens_no_websocket():
    app, sent = ask("websocket", query=f"token={TOKEN}")
    assert (sent[0]["type"], app.requests) == ("websocket.close", [])


def test_start_and_end_of_the_server_pass():
    assert ask("lifespan")[0].requests == ["/"]
