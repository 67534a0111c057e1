"""A sample stream: the newest orders of a shop, as a JSON list over HTTP.

`python examples/own_stream/server.py [PORT]`, then `curl http://127.0.0.1:8000/orders`
"""

import json
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PER_SECOND = 5
NEWEST = 120  # seconds of orders in a response; a poll every 10 s therefore misses none


def orders(now: int) -> list[dict[str, Any]]:
    """Return the orders of the last two minutes; the same order is the same in each response."""
    found = []
    for second in range(now - NEWEST, now):
        generator = random.Random(second)  # noqa: S311 - sample data
        for number in range(PER_SECOND):
            amount = round(generator.lognormvariate(3, 0.5), 2)
            found.append({"id": f"{second}-{number}", "placed_at": second, "amount": amount})
    return found


class Handler(BaseHTTPRequestHandler):
    """Serves `{"orders": [{"id": …, "placed_at": <epoch s>, "amount": <EUR>}, …]}`."""

    def do_GET(self) -> None:
        """Respond to every path."""
        body = json.dumps({"orders": orders(int(time.time()))}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Log nothing: a poll every few seconds is no news."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if sys.argv[1:] else 8000
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
