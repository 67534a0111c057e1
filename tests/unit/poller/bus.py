"""A small EventBridge over HTTP: takes PutEvents, or refuses as it is told to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
from botocore.config import Config


class Bus:
    """Holds what it took; `answers` says how the next requests are met, one after the other.

    An answer is an HTTP status with an error code, or the set of entry positions that fail.
    """

    def __init__(self):
        self.entries, self.requests = [], []
        self.answers: list[tuple[int, str] | set[int]] = []
        self.endless: tuple[int, str] | None = None
        self.url = ""

    def transactions(self):
        details = [json.loads(entry["Detail"]) for entry in self.entries]
        return [one for detail in details for one in detail.get("transactions", [])]

    def rejected(self):
        details = [json.loads(entry["Detail"]) for entry in self.entries]
        return [one for detail in details for one in detail.get("rejected", [])]

    def put(self, entries):
        self.requests.append(entries)
        answer = self.answers.pop(0) if self.answers else self.endless or set()
        if isinstance(answer, tuple):
            return answer[0], {"__type": answer[1], "message": "as told"}
        self.entries += [one for n, one in enumerate(entries) if n not in answer]
        results = [
            {"ErrorCode": "InternalFailure", "ErrorMessage": "as told"}
            if n in answer
            else {"EventId": str(n)}
            for n in range(len(entries))
        ]
        return 200, {"FailedEntryCount": len(answer), "Entries": results}


@contextmanager
def serving() -> Iterator[Bus]:
    bus = Bus()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two would wait for each other

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = bus.put(body["Entries"])
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            self.wfile.flush()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    bus.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield bus
    finally:
        server.shutdown()
        server.server_close()


def client(bus):
    return boto3.client(
        "events",
        endpoint_url=bus.url,
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


def environment(bus, **settings):
    return {
        "PATH": "/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": bus.url,
        "EVENT_BUS_NAME": "test",
        "METRIC_NAMESPACE": "Evergreen/test",
        **settings,
    }
