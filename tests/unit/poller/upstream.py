"""Servers on 127.0.0.1 that answer as public APIs do, on good and on bad days."""

import json
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

TIME = 1_728_518_400
EXAMPLES = Path(__file__).parents[3] / "poller" / "examples"


def example(name):
    """The settings of an example."""
    lines = (EXAMPLES / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


class Waits(Event):
    """Does not wait, but remembers how long it should have."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def wait(self, timeout=None):
        self.asked.append(timeout)
        assert len(self.asked) < 100, "it waits for ever"
        return self.is_set()


def answer(value, status=200):
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def transaction(number, **more):
    inputs = [{"prev_out": {"value": number + 1000}}]
    shape = {"hash": f"{number:064x}", "time": TIME + number, "inputs": inputs}
    return shape | {"out": [{"value": 600}, {"value": 400}]} | more


def listing(*numbers):
    """The newest first, as blockchain.info lists them."""
    return answer({"txs": [transaction(number, fee=number) for number in numbers]})


@contextmanager
def site(*answers, paths=None):
    """Give one answer after the other, the last one for ever, or by path; yields the address.

    An answer is (status, headers, body); without status the server hangs up. A body may be an
    iterator of pieces.
    """
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if paths is not None:
                status, headers, body = paths.get(self.path, (404, {}, b"unknown"))
            else:
                status, headers, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if status is None:
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the poller had enough
                for piece in [body] if isinstance(body, bytes) else body:
                    self.wfile.write(piece)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def socket_site(*talks, refusal=None):
    """Hold one talk per connection, the last one for ever; yields the address and what was asked.

    A talk takes the connection after its first message and may send; when it returns, the server
    hangs up. `refusal` answers the first handshake instead: (status, headers).
    """
    waiting, asked, refusals = list(talks), [], [refusal] if refusal else []

    def handle(connection):
        asked.append(json.loads(connection.recv()))
        with suppress(ConnectionClosed):
            (waiting.pop(0) if len(waiting) > 1 else waiting[0])(connection)

    def refuse(connection, _):
        if not refusals:
            return None
        status, headers = refusals.pop()
        response = connection.respond(status, "as told\n")
        for name, value in headers.items():
            response.headers[name] = value
        return response

    with serve(handle, "127.0.0.1", 0, process_request=refuse) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}", asked
        finally:
            server.shutdown()
            thread.join()
