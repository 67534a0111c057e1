"""HTTP and WebSocket servers on 127.0.0.1 that respond like public APIs, also when these fail."""

import json
import socket
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

TIME = 1_728_518_400
EXAMPLES = Path(__file__).parents[2] / "poller" / "examples"


def example(name):
    """Return the settings of an example."""
    lines = (EXAMPLES / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


class RecordedWaits(Event):
    """Does not wait, but records the timeouts."""

    def __init__(self):
        super().__init__()
        self.timeouts = []

    def wait(self, timeout=None):
        self.timeouts.append(timeout)
        assert len(self.timeouts) < 100, "endless loop"
        return self.is_set()


def json_response(value, status=200):
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def transaction(number, **more):
    inputs = [{"prev_out": {"value": number + 1000}}]
    shape = {"hash": f"{number:064x}", "time": TIME + number, "inputs": inputs}
    return shape | {"out": [{"value": 600}, {"value": 400}]} | more


def listing(*numbers):
    """Return a list as of blockchain.info, the newest transaction first."""
    return json_response({"txs": [transaction(number, fee=number) for number in numbers]})


@contextmanager
def http_server(*responses, paths=None):
    """Serve the responses in order, the last one repeatedly, or by path; yields the URL.

    A response is (status, headers, body); without a status the server closes the connection. A
    body may be an iterator of chunks.
    """
    remaining = list(responses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if paths is not None:
                status, headers, body = paths.get(self.path, (404, {}, b"unknown"))
            else:
                status, headers, body = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if status is None:
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the poller gave up
                for chunk in [body] if isinstance(body, bytes) else body:
                    self.wfile.write(chunk)

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
def websocket_server(*handlers, refusal=None):
    """Use one handler per connection, the last one repeatedly; yields URL and subscriptions.

    A handler gets the connection after its first message; when it returns, the server closes the
    connection. `refusal` is the response to the first handshake: (status, headers).
    """
    remaining, subscriptions, refusals = list(handlers), [], [refusal] if refusal else []

    def handle(connection):
        subscriptions.append(json.loads(connection.recv()))
        with suppress(ConnectionClosed):
            (remaining.pop(0) if len(remaining) > 1 else remaining[0])(connection)

    def refuse(connection, _):
        if not refusals:
            return None
        status, headers = refusals.pop()
        response = connection.respond(status, "refused\n")
        for name, value in headers.items():
            response.headers[name] = value
        return response

    with serve(handle, "127.0.0.1", 0, process_request=refuse) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}", subscriptions
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def raw_server(*responses):
    """Send bytes as they are after the first bytes of a request, the last response repeatedly.

    A response is bytes, or a function that yields pieces, and gets an event that is set when the
    server is closed; yields host and port.
    """
    remaining, closed = list(responses), Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection, response):
        with connection, suppress(OSError):  # the poller gave up
            connection.recv(65_536)
            for piece in [response] if isinstance(response, bytes) else response(closed):
                connection.sendall(piece)

    def serve_all():
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                response = remaining.pop(0) if len(remaining) > 1 else remaining[0]
                Thread(target=answer, args=(connection, response), daemon=True).start()

    Thread(target=serve_all, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        closed.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def dripping(begin, piece=b" ", seconds=0.05):
    """Return a response that begins normally and then has a piece now and then, for ever."""

    def pieces(closed):
        yield begin
        while not closed.wait(seconds):
            yield piece

    return pieces
