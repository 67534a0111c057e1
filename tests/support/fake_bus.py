"""A small EventBridge over HTTP that accepts PutEvents, or fails as configured."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
from botocore.config import Config


class FakeBus:
    """Stores the accepted entries; `failures` are those of the next requests, in order.

    A failure is an HTTP status with an error code, or the positions of the entries that fail;
    `refuse` decides about each entry.
    """

    def __init__(self):
        self.entries, self.requests = [], []
        self.failures: list[tuple[int, str] | set[int]] = []
        self.permanent_failure: tuple[int, str] | None = None
        self.refuse = lambda _entry: None  # error code of an entry
        self.url = ""

    def transactions(self):
        details = [json.loads(entry["Detail"]) for entry in self.entries]
        return [one for detail in details for one in detail.get("transactions", [])]

    def rejected(self):
        details = [json.loads(entry["Detail"]) for entry in self.entries]
        return [one for detail in details for one in detail.get("rejected", [])]

    def put(self, entries):
        self.requests.append(entries)
        failure = self.failures.pop(0) if self.failures else self.permanent_failure or set()
        if isinstance(failure, tuple):
            return failure[0], {"__type": failure[1], "message": "as configured"}
        codes = [
            "InternalFailure" if n in failure else self.refuse(entry)
            for n, entry in enumerate(entries)
        ]
        results = [
            {"ErrorCode": code, "ErrorMessage": "as configured"} if code else {"EventId": str(n)}
            for n, code in enumerate(codes)
        ]
        self.entries += [entry for entry, code in zip(entries, codes, strict=True) if not code]
        failed = sum(code is not None for code in codes)
        return 200, {"FailedEntryCount": failed, "Entries": results}


@contextmanager
def serving() -> Iterator[FakeBus]:
    bus = FakeBus()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet per response: two would wait for each other

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, response = bus.put(body["Entries"])
            text = json.dumps(response).encode()
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
