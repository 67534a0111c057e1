"""The handler of `predict` behind HTTP on loopback, with a key as API Gateway requires it."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.predict_api import event

KEY = "a-key-of-at-least-20-characters"  # pragma: allowlist secret


@contextmanager
def served(api):
    """Serve an Api (tests/support/predict_api.py) -> its URL."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode() if length else None
            if self.headers.get("x-api-key") != KEY:
                status, headers, text = 403, {}, '{"detail": "x-api-key: got a wrong one"}'
            else:
                with lock:
                    found = api.deliver(event(self.command, self.path, body, dict(self.headers)))
                status, headers, text = found.status, found.headers, found.text
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
